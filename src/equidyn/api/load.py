"""Datasets and trained networks, from files of the pipeline or from the Hugging Face Hub."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import torch

from equidyn.core.errors import not_installed
from equidyn.core.models.network import Network
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import Invariants, SetType


@dataclass(frozen=True, eq=False)
class Dataset(Mapping[str, torch.Tensor]):
    """Rows of one split, by the name of their columns, each (row, ...): as of `load_dataset`.

    dims: names of the axes of each column; units: "" of labels and counts. blocks: how many disjoint blocks the whole
    dataset has; block: the one that the rows are of, None: all. unit: root mean square of the training splits of all
    blocks, by which the pipeline divides fields. attributes: checks and provenance, as JSON data.
    """

    name: str
    split: str
    block: int | None
    blocks: int
    unit: float
    columns: Mapping[str, torch.Tensor] = field(repr=False)
    dims: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]
    attributes: Mapping[str, Any] = field(repr=False)

    def __getitem__(self, name: str) -> torch.Tensor:
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


@dataclass(frozen=True)
class Run:
    """A trained network in eval mode: as of `load_run`.

    acts: how the group of its study acts, as `equivariance_error` and `decomposition` ask for it: group, inputs and
    outputs; empty where that has no name here. config: what the network was built from.
    """

    name: str
    network: Network
    acts: Mapping[str, Any]
    config: Mapping[str, Any] = field(repr=False)


def load_dataset(
    source: str | PathLike[str],
    name: str = "",
    *,
    split: str = "train",
    block: int | None = None,
    revision: str | None = None,
) -> Dataset:
    """Rows of a dataset as tensors, with their axes and units.

    source: a file data/datasets/STUDY/DATASET.h5, a folder that holds such files, or owner/name of a repository to
    which `equidyn hub push` has sent some. name: STUDY/DATASET, where there are several. block: what seed k of a study
    sees; None: all. A row is one sample; of fields recorded in time, the frames of one simulation that are of the
    split.

    Raises EquidynError that says what there is, if there is no such dataset, split or block; ImportError that says what
    to install.

    >>> import equidyn as eq
    >>> smoke = eq.load_dataset("data/datasets/smoke-levels/eps000.h5", split="test")
    >>> smoke["velocity"].shape, smoke.dims["velocity"], smoke.units["velocity"]
    (torch.Size([2, 8, 2, 16, 16]), ('simulation', 'time', 'component', 'y', 'x'), 'length/time')
    """
    with _installed():
        from equidyn.core.hub.tables import table

    found = table(str(source), name, split, block, revision)
    columns = {key: torch.from_numpy(column) for key, column in found.columns.items()}
    unit = found.attributes["checks"].get("rms", {}).get("train") or 1.0
    return Dataset(found.name, split, block, found.blocks, unit, columns, found.dims, found.units, found.attributes)


def load_run(
    source: str | PathLike[str],
    name: str = "",
    *,
    checkpoint: str = "best",
    revision: str | None = None,
    params: str | PathLike[str] | None = None,
) -> Run:
    """A trained network, ready for `equivariance_error` and the others.

    source: the folder of a run, data/runs/STUDY/DATASET/VARIANT/seedK, or owner/name of a repository to which `equidyn
    hub push` has sent some. name: of the run there, STUDY/DATASET/VARIANT/SEED. checkpoint: "best" or "early". params:
    of a run here, if not the params.yaml of the folder where it was made: it tells the kind of data. Weights are
    checked against the run's record.

    Raises EquidynError that says what there is; ImportError that says what to install.

    >>> import equidyn as eq
    >>> run = eq.load_run("data/runs/smoke-levels/eps000/gcnn/seed1")
    >>> smoke = eq.load_dataset("data/datasets/smoke-levels/eps000.h5", split="test", block=1)
    >>> x = smoke["velocity"][:, 0] / smoke.unit
    >>> eq.equivariance_error(run.network, x, **run.acts).relative.value < 1e-5
    True
    """
    with _installed():
        from equidyn.core.hub.pretrained import network, types_of

    made, config = network(str(source), name, revision, checkpoint, params and Path(params))
    return Run(config["run"], made, _acts(*types_of(config)), config)


def _acts(inputs: Any, outputs: Any) -> dict[str, Any]:
    """Arguments of `equivariance_error` for networks between these types."""
    if isinstance(inputs, FieldType) and isinstance(outputs, FieldType):
        return {"group": inputs.group, "inputs": inputs.kind, "outputs": outputs.kind}
    if isinstance(inputs, SetType) and isinstance(outputs, Invariants):
        return {"group": "S_n", "inputs": "set", "outputs": "invariant"}
    if isinstance(inputs, ImageType):
        moves = [_Turn(inputs, element) for element in range(inputs.order)]
        return {"group": moves, "outputs": "invariant" if isinstance(outputs, Invariants) else moves}
    return {}


@dataclass(frozen=True)
class _Turn:
    """Images without a channel axis, moved by one element."""

    kind: ImageType
    element: int

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        return self.kind.act(images, self.element)


@contextmanager
def _installed() -> Iterator[None]:
    """Say what to install, where it is not."""
    try:
        yield
    except ModuleNotFoundError as fault:
        words = not_installed(fault, "hub")
        if not words:
            raise
        raise ImportError(words, name=fault.name) from fault
