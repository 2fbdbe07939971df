"""What audit/ of sets holds is what the project description has: averages over features, a sigmoid, an augmentation."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from equidyn.domains.sets.audit.impose import permuted_features
from equidyn.domains.sets.audit.models import intrinsic, transformer
from equidyn.domains.sets.audit.models import mlp as described_mlp
from equidyn.domains.sets.impose import symmetrized
from equidyn.domains.sets.models import intrinsic as free
from equidyn.domains.sets.models import mlp
from equidyn.symmetry.sets import Invariants, SetType

INPUTS, LOGIT = SetType(10, 5), Invariants(1)


def _sets(count: int) -> torch.Tensor:
    return torch.randn(count, 10, 5, generator=torch.Generator().manual_seed(1))


def test_a_layer_is_the_mean_over_features_of_layers_of_one_feature():
    """F(x)_j = (1/d) sum_i (a_ij x_i + b_ij 1 1^T x_i + c_ij): sums over points, means over features."""
    layer = intrinsic.FeatureLayer(5, 3, averaging=True, equivariant=True).double()
    last = intrinsic.FeatureLayer(5, 3, averaging=True, equivariant=False).double()
    values = _sets(4).double().transpose(1, 2)
    for j in range(3):
        parts = [
            layer.own[j, i] * values[:, i] + layer.pooled[j, i] * values[:, i].sum(1, keepdim=True) + layer.bias[j, i]
            for i in range(5)
        ]
        assert torch.allclose(layer(values)[:, j], sum(parts) / 5)
        numbers = [last.pooled[j, i] * values[:, i].sum(1) + last.bias[j, i] for i in range(5)]
        assert torch.allclose(last(values)[:, j], sum(numbers) / 5)


def test_without_averaging_the_same_weights_give_sums_over_features_that_saturate():
    """Every layer is as many times as large as it has inputs; beyond 27, sigmoids hand on hardly any gradient."""
    found = {}
    for averaging in (True, False):
        torch.manual_seed(0)
        found[averaging] = intrinsic.build(INPUTS, LOGIT, averaging=averaging)
    means, sums = found[True], found[False]
    assert all(torch.equal(*pair) for pair in zip(means.parameters(), sums.parameters(), strict=True))
    assert torch.allclose(sums.layers[0](_sets(1).mT), 5 * means.layers[0](_sets(1).mT))
    saturated = {averaging: (network(_sets(200)).abs() > 27).float().mean() for averaging, network in found.items()}
    assert saturated[True] == 0 and saturated[False] > 0.5


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_loss_and_gradient_are_those_of_probabilities(label):
    """Against torch's own cross-entropy of sigmoid(x), from where both agree with logits to where p is rounded to 1."""
    values = torch.tensor([-120.0, -40, -20, -3, 0, 2, 10, 16, 18, 40, 120])
    ours, theirs = (values.clone().requires_grad_() for _ in range(2))
    labels = torch.full_like(values, label)
    found = functional.binary_cross_entropy_with_logits(intrinsic.through_sigmoid(ours), labels, reduction="none")
    expected = functional.binary_cross_entropy(theirs.sigmoid(), labels, reduction="none")
    assert torch.allclose(found, expected, rtol=1e-5)
    gradients = [torch.autograd.grad(loss.sum(), x)[0] for loss, x in ((found, ours), (expected, theirs))]
    assert torch.allclose(*gradients, rtol=1e-4, atol=1e-7)
    assert gradients[0][-1] == gradients[0][-2] == 0


def test_the_perceptron_is_of_width_50_and_its_loss_that_of_a_sigmoid():
    torch.manual_seed(0)
    network, sets = described_mlp.build(INPUTS, LOGIT), 100 * _sets(50)
    assert [tuple(layer.weight.shape) for layer in network.layers] == [(50, 50), (50, 50), (1, 50)]
    logits = mlp.MLP.forward(network, sets)
    assert logits.abs().max() > 18
    assert torch.equal(network(sets), intrinsic.through_sigmoid(logits)) and not torch.equal(network(sets), logits)


def test_the_transformer_is_an_encoder_layer_of_torch_with_dropout_at_the_same_places(monkeypatch):
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(d_model=5, nhead=1, batch_first=True)
    theirs = nn.TransformerEncoder(layer, 1, nn.LayerNorm(5), enable_nested_tensor=False).train()
    ours = transformer.build(INPUTS, LOGIT).train()
    assert sum(one.numel() for one in ours.parameters()) == 51 + sum(one.numel() for one in theirs.parameters())
    inner, attention = theirs.layers[0], theirs.layers[0].self_attn
    ours.asked.load_state_dict({"weight": attention.in_proj_weight, "bias": attention.in_proj_bias})
    pairs = ((ours.mixed, attention.out_proj), (ours.wide, inner.linear1), (ours.narrow, inner.linear2))
    for mine, other in pairs:
        mine.load_state_dict(other.state_dict())
    within, attention.dropout = attention.dropout, 0.0  # that one is inside a kernel of torch, out of sight
    places = []

    def kept(values, share, training, *_):
        places.append((values.shape[-1], share, training))
        return values

    monkeypatch.setattr(functional, "dropout", kept)
    assert torch.allclose(ours.encoded(_sets(20)), theirs(_sets(20)), atol=1e-5)
    assert places[:4] == [(10, within, True), *places[4:]] and len(places) == 7


def test_what_is_made_again_on_the_way_back_drops_the_same_numbers():
    torch.manual_seed(0)
    network = symmetrized.impose(transformer.build(INPUTS, LOGIT), INPUTS, chunk=20).double().train()
    weight, sets = network.network.answer.weight, _sets(4).double()

    def answer() -> torch.Tensor:
        torch.manual_seed(1)
        return network(sets).sum()

    (slope,) = torch.autograd.grad(answer(), weight)
    with torch.no_grad():
        before = answer()
        weight += 1e-6 * slope
        assert (answer() - before) / 1e-6 == pytest.approx(slope.square().sum().item(), rel=1e-4)


def _augmented(network: torch.nn.Module) -> permuted_features.PermutedFeatures:
    return permuted_features.impose(network, INPUTS)


def test_the_augmentation_permutes_the_numbers_of_each_point_on_its_own_when_testing_too():
    class Seen(mlp.MLP):
        """Keeps what it is given."""

        def forward(self, sets: torch.Tensor) -> torch.Tensor:
            self.sets = sets
            return super().forward(sets)

    sets = _sets(500)
    for training in (True, False):
        network = _augmented(Seen(INPUTS, [50, 1])).train(training)
        network(sets)
        seen = network.network.sets
        assert torch.equal(seen.sort(-1).values, sets.sort(-1).values)  # no point changes its place, or its numbers
        orders = (seen[..., None] == sets[..., None, :]).int().argmax(-1)
        assert len(orders.flatten(0, 1).unique(dim=0)) == 120  # all 5! of them
        assert (orders != orders[:, :1]).any(-1).any(-1).all()


def test_the_augmentation_is_new_at_each_step_and_the_same_at_each_test():
    torch.manual_seed(0)
    network, sets = _augmented(free.build(INPUTS, LOGIT, hidden=6)), _sets(20)
    network.begin(1, 3)
    first, second = network(sets), network(sets)
    network.begin(1, 3)
    assert torch.equal(network(sets), first) and not torch.equal(first, second)
    assert torch.equal(network.eval()(sets), network(sets))


def test_the_augmentation_takes_from_an_invariant_network_the_symmetry_that_it_has():
    torch.manual_seed(0)
    inner, sets = free.build(INPUTS, LOGIT, hidden=6).double().eval(), _sets(20).double()
    turned = sets.roll(1, 1)
    assert (inner(turned) - inner(sets)).abs().max() <= 1e-12
    network = _augmented(inner).eval()
    assert not network.strict and network.imposed.order == 1
    assert (network(turned) - network(sets)).norm() / network(sets).std() > 0.1
