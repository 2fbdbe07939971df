"""Points in space, and all rotations about their origin: a group that has no list of elements, but can be sampled."""

from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class RotationGroup:
    """SO(d): all rotations of d-dimensional space. An element is its matrix, (d, d) float64."""

    dimension: int = 3

    @property
    def name(self) -> str:
        """For readers."""
        return f"SO({self.dimension})"

    def identity(self) -> np.ndarray:
        """The rotation that moves nothing."""
        return np.eye(self.dimension)

    def random(self, count: int, generator: np.random.Generator) -> np.ndarray:
        """`count` rotations, independent and uniform (Haar): (count, d, d) float64.

        Mezzadri 2007 (arXiv math-ph/0609050): Q of a Gaussian matrix, its columns signed so that R has a positive
        diagonal; a reflection is made a rotation by exchanging two columns.
        """
        factors, triangles = np.linalg.qr(generator.standard_normal((count, self.dimension, self.dimension)))
        factors *= np.sign(np.diagonal(triangles, axis1=1, axis2=2))[:, None, :]
        reflections = np.linalg.det(factors) < 0
        factors[reflections, :, :2] = factors[reflections, :, 1::-1]
        return factors


SO3 = RotationGroup(3)


@dataclass(frozen=True)
class PointType:
    """`points` points, or vectors, in space: a tensor of this type has shape (..., points, group.dimension)."""

    points: int
    group: RotationGroup = SO3

    @property
    def group_name(self) -> str:
        """What readers call the group."""
        return self.group.name

    @property
    def order(self) -> None:
        """Its elements cannot be counted."""
        return

    def elements_to_check(self, count: int, rng: np.random.Generator) -> list[np.ndarray]:
        """The identity, and `count` random rotations."""
        return [self.group.identity(), *self.group.random(count, rng)]

    def example_shapes(self) -> dict[str, tuple[int, ...]]:
        """A few clouds of points."""
        return {f"{self.points} x {self.group.dimension}": (8, self.points, self.group.dimension)}

    def inverse(self, element: np.ndarray) -> np.ndarray:
        """The rotation back."""
        return element.T

    def act(self, points: torch.Tensor, element: np.ndarray) -> torch.Tensor:
        """Each point p (..., points, d) at element @ p; raises ValueError for another shape."""
        if points.shape[-2:] != (self.points, self.group.dimension):
            expected = f"(..., {self.points}, {self.group.dimension})"
            raise ValueError(f"expected {expected} for {self}, got {tuple(points.shape)}")
        return points @ torch.from_numpy(element).to(points).T
