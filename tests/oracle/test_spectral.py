"""The solver of turbulence against known answers, in float64: exact solutions, conservation laws, symmetries."""

import numpy as np
import pytest
import torch

from equidyn.domains.turbulence.source.forcing import ConstantPower
from equidyn.domains.turbulence.source.navier_stokes import Flow
from equidyn.domains.turbulence.source.spectral import Modes, cross
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE

VECTOR = BoxType(CUBE, "vector", 1)
ISOTROPIC, ANISOTROPIC = (1.0, 1.0, 1.0), (2.0, 0.5, 0.5)
TURNS_OF_X = [number for number, matrix in enumerate(CUBE.matrices) if matrix[0, 0] != 0]  # that keep x, or reverse it


def modes(resolution: int = 16) -> Modes:
    return Modes(resolution, torch.float64)


def points(resolution: int) -> torch.Tensor:
    """(x, y, z) of all points, (3, z, y, x)."""
    along = 2 * torch.pi / resolution * torch.arange(resolution, dtype=torch.float64)
    z, y, x = torch.meshgrid(along, along, along, indexing="ij")
    return torch.stack([x, y, z])


def random_flow(box: Modes, seed: int = 0, energy: float = 1.0) -> torch.Tensor:
    """Modes of a solenoidal velocity without a mean, of all kept wave numbers."""
    dice = torch.Generator().manual_seed(seed)
    noise = torch.randn(3, *[box.resolution] * 3, dtype=torch.float64, generator=dice)
    velocity = box.project(box.to_modes(noise)) / (1 + box.squares)
    velocity[:, box.largest, box.largest, 0] = 0
    return velocity * (energy / box.energy(velocity)).sqrt()


def inner(box: Modes, first: torch.Tensor, second: torch.Tensor) -> float:
    """<a . b> over the box."""
    return float((box.weights * (first * second.conj()).real).sum())


def size(box: Modes, field: torch.Tensor) -> float:
    return inner(box, field, field) ** 0.5


def run(flow: Flow, velocity: torch.Tensor, steps: int) -> torch.Tensor:
    for _ in range(steps):
        velocity = flow.step(velocity)
    return velocity


def forced(box: Modes, weights: tuple[float, ...], dt: float = 0.02, power: float = 0.7) -> Flow:
    return Flow(box, 0.05, dt, ConstantPower(box, 2.5, power, weights))


@pytest.mark.parametrize("resolution", [8, 12, 15, 16, 22])
def test_modes_are_those_of_the_discrete_fourier_transform(resolution: int) -> None:
    box = modes(resolution)
    field = torch.randn(2, *[resolution] * 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    kept = box.to_modes(field)
    numbers = np.round(np.fft.fftfreq(resolution, 1 / resolution))
    low = np.abs(numbers) < resolution / 3
    assert low.sum() == 2 * box.largest + 1
    whole = np.fft.fftn(field.numpy(), axes=(1, 2, 3)) * (low[:, None, None] & low[:, None] & low)
    expected = np.fft.ifftn(whole, axes=(1, 2, 3)).real
    np.testing.assert_allclose(box.to_space(kept).numpy(), expected, atol=1e-14)
    np.testing.assert_allclose(box.to_modes(torch.from_numpy(expected)).numpy(), kept.numpy(), atol=1e-15)
    for number, (kx, ky, kz) in enumerate(box.vectors.flatten(1).T.int().tolist()):
        assert abs(kept[1].flatten()[number] * resolution**3 - whole[1, kz, ky, kx]) < 1e-11


def test_energy_spectrum_and_dissipation_are_those_in_space() -> None:
    box = modes()
    velocity = random_flow(box, energy=0.8)
    field = box.to_space(velocity)
    assert float(box.energy(velocity)) == pytest.approx(float(field.square().sum(0).mean()) / 2, rel=1e-13)
    assert float(box.spectrum(velocity).sum()) == pytest.approx(0.8, rel=1e-13)
    gradient = box.to_space(box.gradient(velocity))
    assert float(box.dissipation(velocity, 0.3)) == pytest.approx(
        0.3 * float(gradient.square().sum((0, 1)).mean()), rel=1e-12
    )
    assert float(gradient.diagonal().abs().max()) > 0.1
    assert float(gradient.diagonal(dim1=0, dim2=1).sum(-1).abs().max()) < 1e-13


def test_derivatives_of_a_wave() -> None:
    box, (x, y, z) = modes(), points(16)
    wave = torch.stack([torch.sin(y + 2 * z), torch.cos(3 * x - z), torch.sin(2 * x + y)])
    both = box.to_space(box.with_curl(box.to_modes(wave)))
    curl = torch.stack(
        [
            torch.cos(2 * x + y) - torch.sin(3 * x - z),
            2 * torch.cos(y + 2 * z) - 2 * torch.cos(2 * x + y),
            -3 * torch.sin(3 * x - z) - torch.cos(y + 2 * z),
        ]
    )
    torch.testing.assert_close(both, torch.cat([wave, curl]), atol=1e-13, rtol=0)


def test_a_beltrami_flow_decays_as_viscosity_says_wherever_the_mean_flow_carries_it() -> None:
    """v = U + exp(-nu t) ABC(x - U t): the ABC flow is its own curl, so it advects itself by a gradient only."""
    box, viscosity, dt, steps = modes(), 0.1, 0.01, 50
    mean = torch.tensor([0.5, -0.3, 0.2], dtype=torch.float64)[:, None, None, None]

    def abc(time: float) -> torch.Tensor:
        x, y, z = points(16) - mean * time
        flow = [torch.sin(z) + 0.3 * torch.cos(y), 0.7 * torch.sin(x) + torch.cos(z), 0.3 * torch.sin(y)]
        flow[2] = flow[2] + 0.7 * torch.cos(x)
        return mean + np.exp(-viscosity * time) * torch.stack(flow)

    still = Flow(box, viscosity, dt).change(box.to_modes(abc(0.0) - mean))
    assert size(box, still) < 1e-15
    end = box.to_space(run(Flow(box, viscosity, dt), box.to_modes(abc(0.0)), steps))
    torch.testing.assert_close(end, abc(dt * steps), atol=1e-10, rtol=0)


def taylor_green(box: Modes) -> torch.Tensor:
    x, y, z = points(box.resolution)
    field = torch.stack([x.sin() * y.cos() * z.cos(), -x.cos() * y.sin() * z.cos(), 0 * z])
    return box.to_modes(field)


@pytest.mark.parametrize("viscosity", [0.0, 0.01, 0.1])
def test_the_dissipation_of_the_taylor_green_vortex(viscosity: float) -> None:
    """Against the series in time of Taylor and Green (1937), to the fifth order; R = 1 / nu."""
    box, dt = modes(24), 0.02
    flow, velocity = Flow(box, viscosity, dt), taylor_green(box)
    assert float(box.energy(velocity)) == pytest.approx(1 / 8, rel=1e-14)
    assert float(box.dissipation(velocity, 1.0)) == pytest.approx(3 / 4, rel=1e-14)
    for step in range(1, 16):
        velocity, time = flow.step(velocity), dt * step
        series = [
            1,
            -6 * viscosity,
            5 / 48 + 18 * viscosity**2,
            -(5 / 3 + 36 * viscosity**2) * viscosity,
            50 / (99 * 64) + 1835 / (9 * 16) * viscosity**2 + 54 * viscosity**4,
            -(361 / (44 * 32) + 761 / 12 * viscosity**2 + 324 / 5 * viscosity**4) * viscosity,
        ]
        expected = sum(term * time**power for power, term in enumerate(series))
        found = float(box.dissipation(velocity, 1.0)) / 0.75
        assert abs(found - expected) < (5e-4 + viscosity) * time**6 + 1e-13  # at the end less than the last term


def test_without_viscosity_energy_and_helicity_stay() -> None:
    box = modes()
    flow, velocity = Flow(box, 0.0, 0.0025), random_flow(box)

    def helicity(of: torch.Tensor) -> float:
        return inner(box, of, box.with_curl(of)[3:])

    change = flow.change(velocity)
    assert size(box, change) > 0.1
    assert abs(inner(box, velocity, change)) < 1e-15 * size(box, velocity) * size(box, change)
    vorticity = box.with_curl(velocity)[3:]
    assert abs(inner(box, vorticity, change)) < 1e-15 * size(box, vorticity) * size(box, change)
    end = run(flow, velocity, 100)
    assert size(box, end - velocity) > 0.1 * size(box, velocity)
    assert float(box.energy(end)) == pytest.approx(1, abs=1e-10)
    assert helicity(end) == pytest.approx(helicity(velocity), abs=1e-10 * size(box, vorticity))


def test_products_have_no_aliasing() -> None:
    """The same flow on a grid twice as fine, all of whose further modes are 0, changes by the same kept modes."""
    box, finer = modes(16), modes(32)
    velocity = random_flow(box)
    at, most = finer.largest, box.largest
    place = (slice(None), slice(at - most, at + most + 1), slice(at - most, at + most + 1), slice(0, most + 1))
    embedded = torch.zeros(3, *finer.shape, dtype=torch.complex128)
    embedded[place] = velocity
    change = Flow(finer, 0.0, 0.01).change(embedded)
    torch.testing.assert_close(change[place], Flow(box, 0.0, 0.01).change(velocity), atol=1e-15, rtol=0)
    assert float(change.abs().sum()) > 1.01 * float(change[place].abs().sum())  # there are further ones


def test_a_mean_flow_only_carries_the_rest_along() -> None:
    """Galilean invariance: of the equations up to rounding; of the steps up to their error, of fourth order."""
    box = modes()
    velocity, mean = random_flow(box), torch.tensor([0.4, -0.7, 0.3], dtype=torch.float64)
    frequency = (mean[:, None, None, None] * box.vectors).sum(0)
    moving = velocity.clone()
    moving[:, box.largest, box.largest, 0] = mean.to(torch.complex128)
    flow = Flow(box, 0.02, 0.01)
    torch.testing.assert_close(
        flow.change(moving), flow.change(velocity) - 1j * frequency * velocity, atol=1e-15, rtol=0
    )
    errors = []
    for dt in (0.04, 0.02):
        flow, steps = Flow(box, 0.02, dt), round(0.4 / dt)
        carried = run(flow, velocity, steps) * torch.exp(-1j * frequency * 0.4)
        found = run(flow, moving, steps)
        assert torch.equal(found[:, box.largest, box.largest, 0].real, mean)
        found[:, box.largest, box.largest, 0] = 0
        errors.append(size(box, found - carried))
    assert errors[1] < 1e-5
    assert 12 < errors[0] / errors[1] < 20


def turned(box: Modes, velocity: torch.Tensor, element: int) -> torch.Tensor:
    return box.to_modes(VECTOR.act(box.to_space(velocity), element))


def equivariance_error(box: Modes, flow: Flow, velocity: torch.Tensor, element: int) -> float:
    """How far the step of a turned flow is from the turned step, relative to what the step changes."""
    step = flow.step(velocity)
    apart = flow.step(turned(box, velocity, element)) - turned(box, step, element)
    return size(box, apart) / size(box, step - velocity)


@pytest.mark.parametrize("element", range(CUBE.order))
def test_steps_turn_with_the_flow(element: int) -> None:
    box = modes()
    velocity = random_flow(box)
    assert equivariance_error(box, Flow(box, 0.05, 0.02), velocity, element) < 1e-13
    assert equivariance_error(box, forced(box, ISOTROPIC), velocity, element) < 1e-13
    of_anisotropic = equivariance_error(box, forced(box, ANISOTROPIC), velocity, element)
    assert of_anisotropic < 1e-13 if element in TURNS_OF_X else of_anisotropic > 1e-2


@pytest.mark.parametrize("weights", [ISOTROPIC, ANISOTROPIC, (3.0, 0.0, 0.0)])
def test_the_force_puts_in_exactly_its_power(weights: tuple[float, ...]) -> None:
    box = modes()
    flow, velocity = forced(box, weights), random_flow(box)
    change = flow.change(velocity)
    assert inner(box, velocity, change) == pytest.approx(0.7, rel=1e-12)
    force = change - Flow(box, 0.05, 0.02).change(velocity)
    touched = force.abs().sum(0) > 1e-14
    along_x = box.squares == box.vectors[0].square()  # these have no vx
    pushed = (box.squares > 0) & (box.squares <= 2.5**2) & ~(along_x & (weights[1] == 0))
    assert torch.equal(touched, pushed)
    assert float((box.vectors * force).sum(0).abs().max()) < 1e-14


def test_the_energy_balance_closes_along_a_run() -> None:
    box, dt = modes(), 0.01
    flow, velocity = forced(box, ISOTROPIC, dt), random_flow(box)
    energy, dissipation = [], []
    for _ in range(61):
        energy.append(float(box.energy(velocity)))
        dissipation.append(float(box.dissipation(velocity, 0.05)))
        velocity = flow.step(velocity)
    lost = dt / 3 * (dissipation[0] + dissipation[-1] + 4 * sum(dissipation[1:-1:2]) + 2 * sum(dissipation[2:-1:2]))
    assert abs(energy[-1] - energy[0]) > 0.01
    assert energy[-1] - energy[0] == pytest.approx(0.7 * 60 * dt - lost, abs=1e-7)


def test_the_flow_stays_solenoidal_and_real() -> None:
    """Also from modes that are neither: a forcing would let what no field in space shows grow without bound."""
    box = modes()
    flow = forced(box, ISOTROPIC)
    velocity = random_flow(box)
    velocity[0, box.largest + 1, box.largest, 0] += 0.01  # its conjugate, at -k, left as it is
    end = run(flow, velocity, 20)
    plane = end[..., 0]
    assert float((plane - plane.flip(-2, -1).conj()).abs().max()) < 1e-15
    assert float((box.vectors * end).sum(0).abs().max()) < 1e-13


def test_steps_are_of_fourth_order() -> None:
    box = modes()
    velocity = random_flow(box)
    ends = {steps: run(forced(box, ANISOTROPIC, dt=0.4 / steps), velocity, steps) for steps in (10, 20, 80)}
    errors = [size(box, ends[steps] - ends[80]) for steps in (10, 20)]
    assert errors[1] < 1e-4
    assert 13 < errors[0] / errors[1] < 19


def test_flows_side_by_side_are_those_one_by_one() -> None:
    for dtype in (torch.float32, torch.float64):
        box = Modes(16, dtype)
        flow = forced(box, ANISOTROPIC)
        three = torch.stack([box.to_modes(modes().to_space(random_flow(modes(), seed)).to(dtype)) for seed in range(3)])
        together = run(flow, three, 5)
        for one, alone in zip(together, three, strict=True):
            assert torch.equal(one, run(flow, alone, 5))


def test_vector_product() -> None:
    first, second = torch.randn(2, 2, 3, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    largest = first.abs().max() * second.abs().max()  # of a product: two of them and their difference are rounded
    torch.testing.assert_close(
        cross(first, second), torch.linalg.cross(first, second, dim=1), atol=4 * 2**-53 * largest.item(), rtol=0
    )
