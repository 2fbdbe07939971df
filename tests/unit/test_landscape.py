"""The training loss as a function of the weights."""

import subprocess
import sys

import pytest
import torch
from toy import randomised, toy_dataset, toy_params

from equidyn.core.errors import EquidynError
from equidyn.curvature import hessian, sharpness
from equidyn.curvature.landscape import Landscape, split_batch
from equidyn.domains.smoke.models import gcnn, rgroup
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Rollout
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

FRAMES, VECTOR = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)


@pytest.fixture
def context(workplace):
    network = randomised(rgroup.build(FRAMES, VECTOR, hidden=2, layers=3, norm="batch", alpha=0.5))
    return RolloutContext(network.eval(), Rollout(toy_params().studies["toy"].task, toy_dataset(), torch.device("cpu")))


def _landscape(context: RolloutContext) -> Landscape:
    return Landscape(context.network, context.task, context.training_sample(3, 2))


def test_at_the_weights_of_the_network_it_is_its_loss(context):
    landscape = _landscape(context)
    with torch.no_grad():
        expected = context.task.loss(context.network, landscape.batch).item()
    assert landscape.value(landscape.point) == pytest.approx(expected, rel=1e-6)
    assert landscape.value(torch.zeros_like(landscape.point)) != pytest.approx(expected, rel=1e-2)


def test_its_gradient_is_that_of_training(context):
    landscape = _landscape(context)
    point = landscape.point.clone().requires_grad_()
    (found,) = torch.autograd.grad(landscape.loss(point), point)
    expected = torch.autograd.grad(
        context.task.loss(context.network, landscape.batch), list(context.network.parameters())
    )
    assert torch.allclose(found, torch.cat([part.flatten() for part in expected]), rtol=1e-4, atol=1e-6)


def test_frozen_weights_are_no_dimension_of_it(context):
    frozen = context.network.layers[0].kernel.weight.requires_grad_(False)
    total = sum(parameter.numel() for parameter in context.network.parameters())
    assert len(_landscape(context).point) == total - frozen.numel()


def test_windows_are_dealt_out_whole(context):
    windows = context.training_sample(7, 2)
    parts = split_batch(windows, 3)
    assert [len(part.inputs) for part in parts] == [3, 2, 2]
    assert torch.equal(parts[1].inputs, windows.inputs[[1, 4]])
    assert torch.equal(parts[1].targets, windows.targets[:, [1, 4]])
    assert len(split_batch(windows, 50)) == 7


@pytest.mark.parametrize("entry", [hessian, sharpness])
def test_more_steps_than_training_has_are_refused(context, entry):
    with pytest.raises(EquidynError, match=r"options\.steps = 3, but the training loss has 2 \(task\.train_steps\)"):
        entry.measure(context, steps=3)


def test_no_curvature_loads_the_compiler_of_torch(context):
    """torch.func.grad and jvp do, for more than a second; what is used here does not."""
    code = (
        "import sys, torch\n"
        "from equidyn.curvature.landscape import Hessian, Landscape\n"
        "from equidyn.curvature.lanczos import lanczos\n"
        "weight = torch.nn.Linear(3, 1)\n"
        "class Task:\n"
        "    def loss(self, network, windows): return network(windows.inputs).tanh().square().mean()\n"
        "from equidyn.domains.smoke.tasks.rollout.task import Windows\n"
        "landscape = Landscape(weight, Task(), Windows(torch.randn(5, 3), torch.randn(1, 5, 1)))\n"
        "landscape.value(landscape.point)\n"
        "lanczos(Hessian(landscape), torch.randn(4), 3)\n"
        "print('torch._dynamo' in sys.modules)\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_double_precision_stays(workplace):
    task = Rollout(toy_params().studies["toy"].task, toy_dataset(), torch.device("cpu"))
    task.velocity = task.velocity.double()
    network = randomised(gcnn.build(FRAMES, VECTOR, hidden=2, layers=3)).double().eval()
    landscape = _landscape(RolloutContext(network, task))
    assert landscape.point.dtype == landscape.loss(landscape.point).dtype == torch.float64
