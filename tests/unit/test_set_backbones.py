"""mlp and transformer, plain and with symmetry imposed from outside: sizes, starts, copies, what training asks."""

import pytest
import torch
from torch import nn

from equidyn.domains.sets.impose import canonical, sampled, symmetrized
from equidyn.domains.sets.impose.wrapper import Wrapper
from equidyn.domains.sets.models import mlp, transformer
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import trivial
from equidyn.symmetry.sets import Invariants, SetGroup, SetType

INPUTS, OUTPUTS = SetType(6, 4), Invariants(2)
PLAIN = {
    "mlp": lambda: mlp.build(INPUTS, OUTPUTS, hidden=7),
    "mlp, one layer": lambda: mlp.build(INPUTS, OUTPUTS, hidden=7, layers=1),
    "learned": lambda: transformer.build(INPUTS, OUTPUTS, width=8, heads=2),
    "sinusoidal": lambda: transformer.build(INPUTS, OUTPUTS, width=8, heads=2, positions="sinusoidal"),
    "none": lambda: transformer.build(INPUTS, OUTPUTS, width=8, heads=4, layers=1, positions="none"),
}
IMPOSED = {
    "plain": lambda network: network,
    "canonical": lambda network: canonical.impose(network, INPUTS),
    "symmetrized": lambda network: symmetrized.impose(network, INPUTS),
    "chunked": lambda network: symmetrized.impose(network, INPUTS, chunk=10),
    "fresh": lambda network: sampled.impose(network, INPUTS, count=3),
    "fixed": lambda network: sampled.impose(network, INPUTS, count=3, draw="fixed"),
}


def _build(plain: str, imposed: str, seed: int = 0) -> SetNetwork:
    torch.manual_seed(seed)
    return IMPOSED[imposed](PLAIN[plain]())


@pytest.fixture(params=[(plain, imposed) for plain in PLAIN for imposed in IMPOSED], ids=" ".join)
def spec(request):
    return request.param


@pytest.fixture
def sets():
    return torch.randn(5, 6, 4, generator=torch.Generator().manual_seed(1))


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_forward_mode_agrees_with_reverse_mode(spec, sets):
    network = _build(*spec).eval()
    direction = torch.randn(sets.shape, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():  # nothing of the chunks is made again then
        _, forward = torch.func.jvp(network, (sets,), (direction,))
    sets.requires_grad_()
    answer = network(sets)
    for number in range(OUTPUTS.count):
        (slope,) = torch.autograd.grad(answer[:, number].sum(), sets, retain_graph=True)
        torch.testing.assert_close((slope * direction).sum((1, 2)), forward[:, number], rtol=1e-4, atol=1e-5)


def test_only_these_are_strict():
    strict = {spec for spec in ((plain, imposed) for plain in PLAIN for imposed in IMPOSED) if _build(*spec).strict}
    exact = {(plain, imposed) for plain in PLAIN for imposed in ("canonical", "symmetrized", "chunked")}
    assert strict == exact | {("none", imposed) for imposed in IMPOSED}


COUNTS = {
    "mlp": (24 + 1) * 7 + 8 * 7 + 8 * 2,
    "mlp, one layer": 25 * 2,
    "learned": 5 * 8 + 6 * 8 + 2 * (8 * 8 * 8 + (3 + 1 + 2 + 1) * 8 + 4 * 8) + 2 * 8 + 9 * 2,
    "none": 5 * 8 + (8 * 8 * 8 + (3 + 1 + 2 + 1) * 8 + 4 * 8) + 2 * 8 + 9 * 2,
}
MULTIPLY_ADDS = {
    "mlp": 24 * 7 + 7 * 7 + 7 * 2,
    "mlp, one layer": 24 * 2,
    "learned": 6 * (4 * 8 + 2 * 8 * 8 * 8) + 2 * 2 * 6 * 6 * 8 + 8 * 2,
    "none": 6 * (4 * 8 + 8 * 8 * 8) + 2 * 6 * 6 * 8 + 8 * 2,
}
COPIES = {"plain": 1, "canonical": 1, "symmetrized": 6, "chunked": 6, "fresh": 3, "fixed": 3}


@pytest.mark.parametrize("imposed", IMPOSED)
@pytest.mark.parametrize("plain", COUNTS)
def test_parameters_and_multiply_adds(plain, imposed):
    network = _build(plain, imposed)
    assert sum(parameter.numel() for parameter in network.parameters()) == COUNTS[plain]
    assert network.multiply_adds() == COPIES[imposed] * MULTIPLY_ADDS[plain]


def test_weights_start_like_those_of_every_other_family():
    """Uniform in +-1/sqrt(fan in): variance 1 / (3 fan in)."""
    torch.manual_seed(0)
    network = mlp.build(SetType(10, 5), OUTPUTS, hidden=200)
    for layer, fan_in in zip(network.layers[:2], (50, 200), strict=True):
        assert layer.weight.var().item() == pytest.approx(1 / (3 * fan_in), rel=0.05)


def test_heads_must_share_the_width():
    with pytest.raises(ValueError, match="heads = 3 must divide width = 8"):
        transformer.build(INPUTS, OUTPUTS, width=8, heads=3)


def test_sinusoids_tell_places_apart_and_begin_with_the_published_ones():
    table = transformer.sinusoids(50, 7)
    assert table.shape == (50, 7)
    assert torch.cdist(table, table).add(torch.eye(50)).min() > 0.1
    place = torch.arange(50.0)
    torch.testing.assert_close(table[:, :2], torch.stack([place.sin(), place.cos()], dim=1))


def test_an_empty_batch_gives_no_answers():
    assert _build("mlp", "symmetrized")(torch.empty(0, 6, 4)).shape == (0, 2)


class _Annealed(SetNetwork):
    """Notes what it is asked."""

    anneals = True

    def __init__(self) -> None:
        super().__init__()
        self.inputs, self.imposed = INPUTS, SetGroup(trivial(6), trivial(4))
        self.heard: list[tuple] = []
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        return self.weight * sets.square().sum((1, 2))[:, None]

    def begin(self, seed: int, epoch: int) -> None:
        self.heard.append(("begin", seed, epoch))

    def relax(self, share: float) -> None:
        self.heard.append(("relax", share))

    def relaxation(self, done: float) -> float:
        return 1 - done

    def own_parameters(self) -> list[nn.Parameter]:
        return [self.weight]

    def stepped(self, rate: float, length: float) -> None:
        self.heard.append(("stepped", rate, length))

    def penalty(self) -> torch.Tensor:
        return 3 * self.weight

    def deployed(self) -> SetNetwork:
        return PLAIN["mlp"]()


@pytest.mark.parametrize("imposed", [imposed for imposed in IMPOSED if imposed != "plain"])
def test_training_reaches_the_network_inside(imposed, sets):
    inner = _Annealed()
    network = IMPOSED[imposed](inner)
    network.begin(2, 3)
    network.relax(0.5)
    network.stepped(0.5, 0.1)
    assert inner.heard == [("begin", 2, 3), ("relax", 0.5), ("stepped", 0.5, 0.1)]
    assert network.relaxation(0.25) == 0.75
    assert network.own_parameters() == [inner.weight]
    assert network.penalty() == 3
    assert network.anneals
    deployed = network.deployed()
    assert isinstance(deployed, Wrapper)
    assert type(deployed) is type(network)
    assert isinstance(deployed.network, mlp.MLP)
    assert network.network is inner
    assert deployed(sets).shape == (5, 2)
    assert deployed.deployed() is deployed
