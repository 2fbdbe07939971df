"""Synthetic archives in the two published layouts, and the sources that read them."""

import io
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import torch
from pydantic import TypeAdapter

from equidyn.core.provenance import Clock
from equidyn.domains.smoke.params.archive import Archive
from equidyn.domains.smoke.params.rotation import RotationData
from equidyn.domains.smoke.params.smoke import PublishedLevel
from equidyn.domains.smoke.source.fields import Fields

CELLS, FRAMES = 8, 12
COMMON = {
    "kind": "archive",
    "path": "published.zip",
    "resolution": CELLS,
    "size": 8.0,
    "dt": 1.0,
    "warmup": 1,
    "frames": FRAMES,
}
TRAIN, DOMAIN = [[3, 2], [1, 0], [4, 3]], [[2, 1]]
ROTATION = COMMON | {
    "layout": "rotation",
    "train": TRAIN,
    "domain": DOMAIN,
    "split": {"by": "task", "train": [0, 5], "validation": [5, 8], "future": [8, 12], "domain": [1, 9]},
}
LEVELS = COMMON | {
    "layout": "levels",
    "vector_action": "true",
    "split": {"by": "time", "train": [0, 6], "validation": [6, 9], "test": [9, 12]},
}
LEVEL = PublishedLevel(level="E", value=2)
TRUE, PUBLISHED = (RotationData(vector_action=action) for action in ("true", "published"))


def source(tree: dict[str, Any], **changes: Any) -> Archive:
    """The checked source of a tree like ROTATION or LEVELS."""
    return TypeAdapter(Archive).validate_python(tree | changes)


def fields(seed: int, frames: int = FRAMES) -> torch.Tensor:
    """(time, 2, y, x) as the generator saves them: a view that leaves out the first frame, last row and last column."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(frames + 1, 2, CELLS + 1, CELLS + 1, generator=generator)[1:, :, :CELLS, :CELLS]


def saved(content: Any, **options: Any) -> bytes:
    """What torch.save writes."""
    stream = io.BytesIO()
    torch.save(content, stream, **options)
    return stream.getvalue()


def rotation_members() -> dict[str, bytes]:
    """Members of a whole archive of layout `rotation`, simulation k with the seed k."""
    return {f"Rotation/raw_data_{k}_{side}.pt": saved(fields(k)) for k, side in [*TRAIN, *DOMAIN]}


def levels_members(member: str = "raw_data") -> dict[str, bytes]:
    """Members of layout `levels` with the one level E_2, the published direction j with the seed j."""
    return {f"equivariance_test/E_2/{member}_{j}.pt": saved(fields(j)) for j in range(4)}


def zipped(members: dict[str, bytes], path: Path = Path("published.zip")) -> Path:
    """Write the archive."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def made(archive: Archive, wanted: RotationData | PublishedLevel) -> Fields:
    """The dataset that the importer makes."""
    from equidyn.domains.smoke.source.archive import make

    return make(archive, wanted, "study/set", Clock({}, "unused"))


def same_bits(one: np.ndarray, other: torch.Tensor) -> bool:
    """Equal as bit patterns, which also tells 0.0 from -0.0."""
    return np.array_equal(one.view(np.uint32), other.contiguous().numpy().view(np.uint32))
