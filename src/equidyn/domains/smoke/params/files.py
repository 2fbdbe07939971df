"""Velocity fields in the plane from files of a user's own, for the task rollout."""

from collections.abc import Iterator

from equidyn.core.params.files import FilesSource


class FilesOfFields(FilesSource):
    """Simulations on a square grid: components vx, vy; y grows from row to row, x from column to column."""

    serves = ("rollout",)
    order = ("simulation", "time", "component", "y", "x")
    optional = ("simulation",)
    equal = ("y", "x")
    unit = "frames"

    @property
    def resolution(self) -> int:
        """Cells per side."""
        return self.sizes["x"]

    @property
    def input_grid(self) -> tuple[int, ...]:
        """Cells along y and x."""
        return (self.resolution,) * 2

    def lengths(self) -> dict[str, int]:
        """Frames that each split can cut windows from."""
        return super().lengths() if self.split.by == "time" else dict.fromkeys(self.splits, self.sizes["time"])

    def _faults(self) -> Iterator[str]:
        yield from super()._faults()
        if self.sizes.get("component") not in (None, 2):
            yield "sizes.component: must be 2, vx and vy"
