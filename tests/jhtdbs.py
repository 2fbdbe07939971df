"""Small sets of pieces of turbulence in files of the layout that core/params/jhtdb.py describes."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

from equidyn.core.params.jhtdb import JhtdbData, JhtdbSource
from equidyn.core.provenance import Clock
from equidyn.domains.turbulence.source import jhtdb
from equidyn.domains.turbulence.source.volumes import Volumes

SIDE, FACTOR, FRAMES = 16, 4, 3
COUNTS = {"train": 4, "validation": 2, "test": 3}
TOP = "datasets/jhtdb/small"
FILES = {split: {"metadata": f"{TOP}/metadata_{split}.csv", "arrays": f"{TOP}/{split}.zip"} for split in COUNTS}
TREE = {
    "kind": "jhtdb",
    "path": "published",
    "files": FILES,
    "columns": {"coarse": ["lr_paths"], "fine": "hr_path"},
    "axes": "zyx",
    "resolution": SIDE,
    "factor": FACTOR,
    "context": FRAMES,
    "split": {"by": "sample", **COUNTS},
}
ALL = JhtdbData(boxes=COUNTS["train"])
Files = dict[str, bytes]
Change = Callable[[np.ndarray], np.ndarray]
STUDY = f"""
compute: {{threads: 1, device: cpu, precision: fp32}}
studies:
  pieces:
    seeds: [1]
    source: {json.dumps(TREE)}
    datasets: {{all: {{boxes: 4}}}}
    task: {{kind: upscale, loss: mae}}
    training: {{learning_rate: 1.0e-3, betas: [0.9, 0.999], weight_decay: 0.0, schedule: constant, decay: 1.0,
      batch_size: 2, steps_per_epoch: 2, epochs: 1, patience: 1, clip: 1.0, early_epoch: 1, validation_samples: 2}}
    variants: {{trilinear: {{model: trilinear, options: {{}}, augment: none}}}}
    measures: {{cost: {{at: [best], options: {{}}}}}}
"""


def source(**changes: Any) -> JhtdbSource:
    return JhtdbSource.model_validate(TREE | changes)


def made(wanted: JhtdbData = ALL, **changes: Any) -> Volumes:
    return jhtdb.make(source(**changes), wanted, "study/set", Clock({}, "jhtdb"))


def flow(seed: int, side: int = SIDE) -> np.ndarray:
    """(3, z, y, x) float64, an incompressible flow of large waves: (vx, vy, vz) is the curl of a random potential."""
    dice = np.random.default_rng(seed)
    frequencies = np.meshgrid(*[np.fft.fftfreq(side, 1 / side)] * 3, indexing="ij")
    kz, ky, kx = frequencies
    large = np.sqrt(kx**2 + ky**2 + kz**2) <= 3
    ax, ay, az = (np.fft.fftn(dice.standard_normal((side,) * 3)) * large for _ in range(3))
    curl = (ky * az - kz * ay, kz * ax - kx * az, kx * ay - ky * ax)
    velocity = np.stack([np.fft.ifftn(1j * each).real for each in curl])
    return velocity / velocity.std()


def frames(seed: int) -> np.ndarray:
    """(time, 3, z, y, x) float32: a flow that changes a little from frame to frame."""
    first, change = flow(seed), flow(seed + 1000)
    return np.stack([first + 0.05 * time * change for time in range(FRAMES)]).astype(np.float32)


def coarsened(fields: np.ndarray) -> np.ndarray:
    """Means over cubes of FACTOR voxels along an edge."""
    side = fields.shape[-1] // FACTOR
    blocks = fields.reshape(*fields.shape[:-3], *[side, FACTOR] * 3)
    return blocks.mean(axis=(-1, -3, -5), dtype=np.float64).astype(np.float32)


def expected(split: str, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Coarse frames and the fine one of a sample."""
    whole = frames(100 * list(COUNTS).index(split) + row)
    return coarsened(whole), whole[FRAMES // 2]


def saved(array: np.ndarray, **options: Any) -> bytes:
    """What np.save writes."""
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def name_of(split: str, row: int, part: str) -> str:
    return f"tmp/jhtdb_field_u_{split}_{row}_{part}.npy"


def coarse_names(split: str, row: int) -> list[str]:
    return [name_of(split, row, f"time_{time}") for time in range(FRAMES)]


def components_last(field: np.ndarray) -> np.ndarray:
    """(z, y, x, component), as the database gives fields, from (component, z, y, x)."""
    return np.moveaxis(field, 0, -1)


def members(split: str, change: Change = components_last) -> Files:
    """The arrays of a split, a file per frame, each changed from (component, z, y, x)."""
    found = {}
    for row in range(COUNTS[split]):
        coarse, fine = expected(split, row)
        names = [*coarse_names(split, row), name_of(split, row, "fine")]
        found |= {name: saved(change(field)) for name, field in zip(names, [*coarse, fine], strict=True)}
    return found


def rows(split: str) -> list[list[str]]:
    """The rows of a split's metadata: a running number, the list of coarse arrays, the fine array, the time step."""
    told = []
    for row in range(COUNTS[split]):
        told.append([str(row), str(coarse_names(split, row)), name_of(split, row, "fine"), str(17 * row + 2)])
    return told


def table(lines: list[list[str]], header: tuple[str, ...] = ("", "lr_paths", "hr_path", "time_step")) -> bytes:
    """A CSV file as pandas writes it."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([header, *lines])
    return stream.getvalue().encode()


def zipped(content: Files) -> bytes:
    """A zip archive that packs nothing, as the sizes of the published ones suggest."""
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return stream.getvalue()


def files(change: Change = components_last) -> Files:
    """All files of the set, by their paths from the top of the repository."""
    found = {}
    for split, named in FILES.items():
        found[named["metadata"]] = table(rows(split))
        found[named["arrays"]] = zipped(members(split, change))
    return found


def laid(content: Files, folder: str = "published") -> Path:
    """Write files into a folder of the working folder."""
    for name, data in content.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return Path(folder)
