"""The public functions: groups by name and by functions, closed forms, agreement with the pipeline, documentation."""

import doctest
import importlib
import math
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from api_cases import noise
from torch import nn
from torch.nn import functional
from toy import randomised, toy_dataset, toy_params

import equidyn as eq
import equidyn.api
from equidyn.api import curvature
from equidyn.core import errors
from equidyn.curvature.directions import sphere_directions
from equidyn.domains.smoke.measures import equivariance, lie
from equidyn.domains.smoke.models import cnn
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Rollout
from equidyn.grids.families import plain_conv, strict_conv
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

DOCS = Path(__file__).resolve().parents[2] / "docs/library.md"
SCALARS = {"inputs": "scalar", "outputs": "scalar"}
VECTORS = {"inputs": "vector", "outputs": "vector"}


def _conv(*settings, **more) -> nn.Conv2d:
    torch.manual_seed(0)
    return nn.Conv2d(*settings, **more).double()


def _relative(*arguments, **settings) -> float:
    return eq.equivariance_error(*arguments, **settings).relative.value


@pytest.mark.parametrize(
    ("group", "shape", "order"),
    [("C2", (2, 2, 5, 8), 2), ("mirror", (2, 2, 5, 8), 2), ("D4", (2, 2, 5, 5), 8), ("cube", (2, 3, 4, 4, 4), 24)],
)
def test_groups_by_name_on_grids_that_they_fit(group, shape, order):
    """v |v| commutes with all, as vectors; v + (1, 0) with those that leave x alone, of which there are none."""
    found = eq.equivariance_error(lambda v: v * v.norm(dim=1, keepdim=True), noise(*shape), group, **VECTORS)
    assert found.relative.value < 1e-15
    assert (found.elements, len(found.by_element), found.complete, found.group) == (order, order, True, group)
    wind = torch.zeros(shape[1], *[1] * (len(shape) - 2)).double()
    wind[0] = 1
    assert _relative(lambda v: v + wind, noise(*shape), group, **VECTORS) > 0.1


def test_the_mirror_turns_one_component_only():
    """f(v) = v + (0, 1) commutes with x -> -x; v + (1, 0) is off by (2, 0) for that element, 1 on the mean."""
    x = noise(2, 2, 4, 7)
    for place, error in ((1, 0.0), (0, 2 / math.sqrt(2) / 2)):
        wind = torch.zeros(2, 1, 1).double()
        wind[place] = 1
        found = eq.equivariance_error(lambda v, wind=wind: v + wind, x, "mirror", **VECTORS).absolute.value
        assert found == pytest.approx(error, abs=1e-15)


def test_fields_of_several_types():
    """(v, p) -> grad p is a vector; taken for two scalars it is none."""

    def gradient(x: torch.Tensor) -> torch.Tensor:
        return torch.stack([x[:, 2].roll(-1, axis) - x[:, 2].roll(1, axis) for axis in (-1, -2)], 1)

    x = noise(2, 3, 6, 6)
    assert _relative(gradient, x, "D4", inputs=["vector", "scalar"], outputs="vector") < 1e-15
    assert _relative(gradient, x, "D4", inputs=["vector", "scalar"], outputs="scalar") > 0.1
    assert eq.lie_derivative(gradient, x, inputs=["vector", "scalar"], outputs="vector").relative.value > 0


@pytest.mark.parametrize(("points", "elements", "complete"), [(3, 6, True), (10, 25, False)])
def test_sets(points, elements, complete):
    torch.manual_seed(0)
    inner, x = nn.Linear(2, 4).double(), noise(5, points, 2)
    found = eq.equivariance_error(lambda s: inner(s).tanh().sum(1), x, "S_n", inputs="set", outputs="invariant")
    assert found.relative.value < 1e-14 and (found.elements, found.complete) == (elements, complete)
    assert (
        _relative(lambda s: inner(s) + s.sum(1).mean(1)[:, None, None], x, "S_n", inputs="set", outputs="set") < 1e-14
    )
    assert _relative(lambda s: s[:, 0], x, "S_n", inputs="set", outputs="invariant") > 0.3


def test_a_list_of_functions_is_a_group():
    shifts = [lambda t, k=k: t.roll(k, -1) for k in (1, 2)]
    circular, padded = (_conv(1, 1, 3, padding=1, padding_mode=mode, bias=False) for mode in ("circular", "zeros"))
    x = noise(3, 1, 6, 6)
    assert _relative(circular, x, shifts, outputs=shifts) < 1e-15
    with torch.no_grad():
        gaps = [(padded(g(x)) - g(padded(x))).square().mean((1, 2, 3)).sqrt().mean() for g in shifts]
        size = padded(x).square().mean((1, 2, 3)).sqrt().mean()
    assert _relative(padded, x, shifts, outputs=shifts) == pytest.approx((sum(gaps) / 2 / size).item(), rel=1e-12)
    assert _relative(lambda t: t.mean((1, 2, 3)), x, shifts, outputs="invariant") < 1e-15
    numbers = eq.decomposition(lambda t: t[:, 0, 0, 0], x, x[:, 0, 0, 1], "C4", inputs="scalar", outputs="invariant")
    corners = x[:, 0, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert numbers.averaged.value == pytest.approx((corners.mean(1) - x[:, 0, 0, 1]).square().mean().item(), rel=1e-12)
    with pytest.raises(ValueError, match="no function of the list undoes number 0"):
        eq.decomposition(padded, x, x, shifts, outputs=shifts)


def test_the_decomposition_of_a_list_is_that_of_the_group():
    moves, net, x, y = (
        [lambda t: t, lambda t: t.flip(-1)],
        _conv(1, 1, 3, padding=1),
        noise(3, 1, 4, 6),
        noise(3, 1, 4, 6),
    )
    listed, named = eq.decomposition(net, x, y, moves, outputs=moves), eq.decomposition(net, x, y, "mirror", **SCALARS)
    assert [listed.loss, listed.averaged, listed.variance] == [named.loss, named.averaged, named.variance]


def test_averaging_logits_does_not_harm_the_cross_entropy():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(16, 3)).double()
    x, labels = noise(6, 1, 4, 4), torch.arange(6) % 3
    parts = eq.decomposition(net, x, labels, inputs="scalar", outputs="logits", loss=functional.cross_entropy)
    with torch.no_grad():
        turned = torch.stack([net(torch.rot90(x, k, (-2, -1))) for k in range(4)])
    losses = [functional.cross_entropy(one, labels).item() for one in turned]
    assert parts.loss.value == pytest.approx(np.mean(losses), rel=1e-12)
    assert parts.averaged.value == pytest.approx(functional.cross_entropy(turned.mean(0), labels).item(), rel=1e-12)
    assert 0 < parts.variance.value == pytest.approx(parts.loss.value - parts.averaged.value, rel=1e-12)


REFUSED = [
    (lambda x: x, (2, 2, 5, 8), {"group": "C4", **VECTORS}, r"C4 acts on fields \(batch, channels, n, n\)"),
    (lambda x: x, (2, 3, 5, 5), {"group": "C4", **VECTORS}, "'vector' takes 2 channels each, got 3"),
    (lambda x: x, (2, 2, 5, 5), {"group": "C4", "inputs": ["vector", "scalar"]}, "takes 3 channels, got 2"),
    (lambda x: x, (2, 2, 5, 5), {"group": "C4"}, "inputs: expected one of"),
    (lambda x: x, (2, 2, 5, 5), {"group": "cube", **SCALARS}, "cube rotations acts on fields"),
    (lambda x: x, (2, 2, 5, 5), {"group": "SO2", **SCALARS}, "group: expected C2, C4, D4, mirror, cube, S_n"),
    (lambda x: x, (2, 2, 5, 5), {"group": [], **SCALARS}, "expected a list of functions"),
    (lambda x: x, (2, 2, 5, 5), {"group": "C4", "inputs": "set"}, "sets are permuted by S_n"),
    (lambda x: x, (2, 2, 5, 5), {"group": "S_n", "inputs": "scalar"}, "S_n permutes sets"),
    (lambda x: x, (2, 2, 5, 5), {"group": "S_n", "inputs": "set"}, r"sets are \(batch, points, dimensions\)"),
    (lambda x: x[:1], (2, 2, 5, 5), {"group": "C4", **SCALARS}, "its first axis must be theirs"),
    (lambda x: x[..., 1:], (2, 2, 5, 5), {"group": "C4", **SCALARS}, "outputs: C4 acts on"),
    (lambda x: x, (0, 2, 5, 5), {"group": "C4", **SCALARS}, "one or more"),
    (lambda x: x, (2, 2, 5, 5), {"group": [torch.clone], "outputs": "scalar"}, "1 functions for outputs"),
    (lambda x: x, (2, 2, 5, 5), {"group": "C4", "mode": "test", **SCALARS}, "mode: expected one of"),
]


@pytest.mark.parametrize(("model", "shape", "settings", "words"), REFUSED)
def test_what_does_not_fit_is_said(model, shape, settings, words):
    with pytest.raises(ValueError, match=words):
        eq.equivariance_error(model, noise(*shape), **settings)


def test_lie_derivatives_in_closed_form():
    """f(vx, vy) = (3 vx, vy): Lf = -2 (vy, vx). Volumes: a convolution commutes with shifts away from the walls."""
    x = noise(4, 2, 5, 5)
    found = eq.lie_derivative(lambda v: v * torch.tensor([3.0, 1.0])[:, None, None], x, **VECTORS)
    norms = x.square().mean((1, 2, 3)).sqrt()
    assert found.absolute.value == pytest.approx(2 * norms.mean().item(), rel=1e-12)
    assert found.absolute.error == pytest.approx(2 * norms.std().item() / 2, rel=1e-12)
    torch.manual_seed(0)
    volumes, conv = noise(2, 3, 7, 8, 9), nn.Conv3d(3, 2, 3, padding=1).double()
    assert eq.lie_derivative(conv, volumes, "translation", border=2, **SCALARS).relative.value < 1e-13
    assert eq.lie_derivative(conv, volumes, "translation", **SCALARS).relative.value > 0.1


@pytest.mark.parametrize(
    ("shape", "settings", "words"),
    [
        ((2, 3, 5, 5, 5), SCALARS, "C4 acts on fields"),
        ((2, 2, 5, 6), SCALARS, "C4 acts on fields"),
        ((2, 2, 2, 2), SCALARS, "slopes need 3 cells"),
        ((2, 4, 5, 5), {"inputs": "regular", "outputs": "regular"}, "turn by quarter turns only"),
        ((2, 2, 5, 5), {"motion": "scaling", **SCALARS}, "motion: expected one of"),
        ((2, 2, 5, 5), {"border": 3, **SCALARS}, "leaves nothing"),
        ((2, 5), {"motion": "translation", **SCALARS}, "translations act on"),
    ],
)
def test_motions_that_are_not_known_are_said(shape, settings, words):
    with pytest.raises(ValueError, match=words):
        eq.lie_derivative(lambda x: x, noise(*shape), **settings)


def test_the_pipeline_has_the_same_numbers(workplace):
    two, one = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)
    network = randomised(cnn.build(two, one, hidden=4, layers=3)).eval()
    context = RolloutContext(network, Rollout(toy_params().studies["toy"].task, toy_dataset(), torch.device("cpu")))
    x = context.sample(16, 1).inputs

    def forecast(fields: torch.Tensor) -> torch.Tensor:
        return context.task.unroll(network, fields, 1)[0]

    ours, theirs = eq.lie_derivative(forecast, x, **VECTORS), lie.measure(context)
    assert (ours.absolute.value, ours.relative.value) == (theirs["absolute"], theirs["relative"])
    ours = eq.equivariance_error(forecast, context.windows.inputs, **VECTORS)
    theirs = equivariance.measure(context)
    assert ours.relative.value == pytest.approx(theirs["relative"], rel=1e-6)


def test_sharpness_of_a_loss_that_is_linear_in_the_weights():
    """|L(w + t d) - L(w)| = t |g . d|; its Hessian is 0."""
    net, x = nn.Linear(3, 1).double(), noise(4, 3)
    found = eq.sharpness(net, lambda answers, _: answers.mean(), (x, None), directions=3)
    slope = torch.cat([x.mean(0), torch.ones(1).double()])
    along = (sphere_directions(slope, 3) @ slope).abs()
    for radius, one in zip(found.radii, found.sphere, strict=True):
        assert one.value == pytest.approx(radius * along.mean().item(), rel=1e-9)
        assert one.error == pytest.approx(radius * along.std().item() / 3**0.5, rel=1e-9)
    with torch.no_grad():
        flat = eq.hessian(net, lambda answers, _: answers.mean(), (x, None))
    assert (flat.largest.value, flat.smallest.value, flat.trace.value, flat.tops) == (0, 0, 0, (0,))


def _regression(batches: int = 1) -> tuple[nn.Module, list[tuple[torch.Tensor, torch.Tensor]]]:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.Tanh(), nn.Flatten(), nn.Linear(32, 2)).double()
    return net, [(noise(5, 1, 4, 4, seed=k), noise(5, 2, seed=k + 50)) for k in range(batches)]


def test_several_batches_and_a_graph_that_does_not_fit(monkeypatch):
    net, pairs = _regression(3)
    whole = eq.hessian(net, functional.mse_loss, pairs, iterations=90)
    alone = [eq.hessian(net, functional.mse_loss, pair, iterations=90) for pair in pairs]
    assert whole.tops == pytest.approx([one.tops[0] for one in alone], rel=1e-12)
    assert [len(maxima) for maxima in whole.maxima] == [5, 5, 5]
    assert whole.trace.value == pytest.approx(np.mean([one.trace.value for one in alone]), rel=1e-9)
    step = whole.density_at[1] - whole.density_at[0]
    assert sum(whole.density) * step == pytest.approx(1, abs=1e-6)
    monkeypatch.setattr(curvature, "GRAPH_BYTES", 1)
    split = eq.hessian(net, functional.mse_loss, pairs[:1], iterations=20, probes=1)
    assert split.largest.value == pytest.approx(alone[0].largest.value, rel=1e-4)
    with pytest.raises(ValueError, match="no mean over samples"):
        eq.hessian(net, lambda a, b: (a - b).square().sum(), pairs)


@pytest.mark.parametrize(
    ("batches", "words"),
    [
        ((noise(2, 1, 4, 4), noise(3, 2)), "expected"),
        ([], "expected"),
        ([(noise(2, 1, 4, 4), noise(2, 2)), (noise(2, 1, 6, 6), noise(2, 2))], "one shape"),
    ],
)
def test_batches_that_are_none_are_said(batches, words):
    with pytest.raises(ValueError, match=words):
        eq.hessian(_regression()[0], functional.mse_loss, batches)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is:DeprecationWarning")
def test_curvlinops_has_the_same_hessian():
    import curvlinops

    net, pairs = _regression(2)
    theirs = curvlinops.HessianLinearOperator(net, nn.MSELoss(), list(net.parameters()), pairs)
    matrix = (theirs @ torch.eye(theirs.shape[1], dtype=torch.float64)).detach().numpy()
    ours = eq.hessian(net, nn.MSELoss(), pairs, iterations=200, probes=1)
    values = np.linalg.eigvalsh(matrix)
    assert ours.largest.value == pytest.approx(values[-1], rel=1e-8)
    assert ours.smallest.value == pytest.approx(values[0], rel=1e-6)
    start = torch.randn(len(matrix), generator=torch.Generator().manual_seed(0)).double().numpy()
    assert ours.trace.value == pytest.approx(len(matrix) * start @ matrix @ start / (start @ start), rel=1e-8)


def test_distances_of_layers_by_name():
    fields = FieldType(C4, "vector", 2)
    found = eq.distance(nn.ModuleDict({"strict": strict_conv(fields, fields), "plain": plain_conv(fields, fields)}))
    assert found.by_layer["strict"] < 1e-6
    assert 0.1 < found.by_layer["plain"] < 1
    with pytest.raises(ValueError, match=r"none of its layers is of equidyn\.grids"):
        eq.distance(nn.Conv2d(1, 1, 3))


def test_one_sample_has_no_standard_error():
    found = eq.equivariance_error(_conv(1, 1, 3, padding=1), noise(1, 1, 4, 4), **SCALARS).relative
    assert math.isnan(found.error) and str(found).endswith("± nan")


def _scripts() -> list[str]:
    """Of the documentation."""
    return re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)


def test_the_package_is_cheap_and_the_functions_need_no_pipeline():
    """torch brings sympy, jinja2 and filelock itself. The documentation calls the other functions."""
    others = dict.fromkeys({*errors.PHIFLOW, *errors.PIPELINE.split()} - {"sympy", "jinja2", "markupsafe", "filelock"})
    code = (
        f"import sys\nsys.modules.update({others})\nimport equidyn as eq\n"
        "assert 'hessian' in dir(eq) and 'torch' not in sys.modules and 'numpy' not in sys.modules\n"
        + "\n".join(_scripts())
        + "from equidyn.grids.families import plain_conv\n"
        "from equidyn.symmetry.fields import FieldType\n"
        "fields = FieldType(both, 'vector', 1)\n"
        "eq.distance(plain_conv(fields, fields))\n"
        "eq.equivariance_error(lambda s: s.sum(1), torch.randn(2, 9, 3), 'S_n', inputs='set', outputs='invariant')\n"
    )
    answer = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    with pytest.raises(AttributeError, match="no attribute 'hessians'"):
        eq.hessians  # noqa: B018


def test_type_checkers_see_every_name():
    stub = Path(eq.__file__).with_suffix(".pyi").read_text()
    assert set(re.findall(r" as (\w+)$", stub, re.MULTILINE)) == set(eq._NAMES) >= set(equidyn.api.__all__)


# Those of `load` need files: tests/hub/test_hub_loading.py.
@pytest.mark.parametrize("module", sorted({one.name for one in pkgutil.iter_modules(equidyn.api.__path__)} - {"load"}))
def test_examples_of_docstrings(module):
    torch.manual_seed(0)
    found = doctest.testmod(importlib.import_module(f"equidyn.api.{module}"))
    assert found.failed == 0


def test_examples_of_docstrings_are_there():
    assert all(">>> " in getattr(eq, name).__doc__ for name in equidyn.api.__all__)


def test_scripts_of_the_documentation_run(capsys):
    scripts = _scripts()
    assert len(scripts) >= 2
    space: dict = {}
    for script in scripts:
        exec(script, space)
    assert "±" in capsys.readouterr().out
