"""Mutated data files, our own and from elsewhere: each gives what the whole file gives, or is refused by its name.

Of ours, every format that a stage reads; from elsewhere, published archives (zip of torch.save) and MNIST (parquet).
"""

import hashlib
import io
from collections.abc import Callable
from contextlib import chdir, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import archives
import mnists
import numpy as np
import toy
from cutdown import SETS
from fuzzing import ended
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from equidyn.core import paths
from equidyn.core.data import store
from equidyn.core.data.labelled import Labelled
from equidyn.core.errors import EquidynError
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell, Params, load
from equidyn.core.training.checkpoint import load as load_weights
from equidyn.core.training.checkpoint import read_history, read_run
from equidyn.core.training.task import io_types
from equidyn.core.tuning.tuned import tuned
from equidyn.domains.digits.source import mnist
from equidyn.domains.smoke.source.fields import Fields
from equidyn.report.cells import read_arrays, read_cell

CELL = Cell(SETS, "static", "mlp", 1)


@dataclass(frozen=True)
class Format:
    """One kind of file. read: something that is equal if, and only if, what was read is."""

    name: str
    path: Path
    read: Callable[[], Any]


def formats(project: Path) -> list[Format]:
    """One file of each kind, those of ours from a finished project, which is the working folder."""
    run, data = paths.run(CELL), paths.dataset(SETS, "static")
    rotation = archives.zipped(archives.rotation_members())
    fields, images = Path("fields.h5"), Path("train.parquet")
    store.write(fields, toy.toy_dataset())
    images.write_bytes(mnists.file_of("train"))
    return [
        Format("dataset of sets (HDF5)", data, lambda: _stored(data, Labelled)),
        Format("dataset of fields (HDF5)", fields, lambda: _stored(fields, Fields)),
        Format("checkpoint (safetensors)", run / "best.safetensors", _weights),
        Format("history (CSV)", run / "history.csv", lambda: read_history(run, read_run(_params(), CELL))),
        Format("record of a run (JSON)", run / "run.json", lambda: read_run(_params(), CELL)),
        Format("measures (JSON)", run / "measures.json", lambda: read_cell(CELL).measures),
        Format("example (safetensors)", run / "example.safetensors", _answers),
        Format("published archive (zip)", rotation, _rotation),
        Format("MNIST (parquet)", images, lambda: _digits(images)),
    ]


def _params() -> Params:
    """Those with which the cell was trained."""
    return tuned(load(), [CELL])


def _stored(path: Path, kind: type[store.Stored]) -> tuple[str, dict[str, Any]]:
    found = store.read(path, kind)
    return found.content_hash(), found.attributes


@dataclass(frozen=True)
class _Answers:
    """What a classifier says of its test samples."""

    logits: np.ndarray
    labels: np.ndarray


def _answers() -> bytes:
    return read_arrays(CELL, _Answers).logits.tobytes()


def _digits(path: Path) -> bytes:
    found = mnist.read(path, mnists.facts("train"), "tiny")
    return found.images.tobytes() + found.labels.tobytes()


def _rotation() -> str:
    return archives.made(archives.source(archives.ROTATION), archives.TRUE).content_hash()


def _weights() -> str:
    params = _params()
    study = params.studies[SETS]
    network = load_weights(
        build_network(study, "mlp", *io_types(study), 1), paths.run(CELL), "best", read_run(params, CELL)
    )
    return hashlib.sha256(b"".join(value.numpy().tobytes() for value in network.state_dict().values())).hexdigest()


@st.composite
def mutated(draw: st.DrawFn, whole: bytes) -> bytes:
    """Bits turned, parts cut out, doubled, zeroed or put elsewhere, an end cut off or added."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, max(len(content) - 1, 0)))
        part = content[start : start + draw(st.sampled_from([1, 4, 64, 512]))]
        what = draw(st.sampled_from(["flip", "flip", "cut", "double", "zero", "move", "end", "longer"]))
        if what == "flip" and content:
            content[start] ^= 1 << draw(st.integers(0, 7))
        elif what == "cut":
            del content[start : start + len(part)]
        elif what == "zero":
            content[start : start + len(part)] = bytes(len(part))
        elif what == "end":
            del content[start:]
        elif what == "longer":
            content += draw(st.binary(min_size=1, max_size=64))
        else:
            place = start if what == "double" else draw(st.integers(0, len(content)))
            content[place : place + len(part) * (what == "move")] = part
    return bytes(content)


def run(count: int, project: Path, advance: Callable[[], None]) -> dict[str, list[str]]:
    """So many mutated files, in equal parts of each format, the same ones each time.

    project: a finished one, which is changed. Returns how each ended: "read", "told", or what went wrong.
    """
    found: dict[str, list[str]] = {}
    with chdir(project), redirect_stderr(io.StringIO()):
        tried = formats(project)
        for each in tried:
            found[each.name] = _tried(each, -(-count // len(tried)), advance)
    return found


def _tried(each: Format, count: int, advance: Callable[[], None]) -> list[str]:
    results: list[str] = []
    whole, wanted = each.path.read_bytes(), each.read()

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(mutated(whole))
    def one(content: bytes) -> None:
        each.path.write_bytes(content)
        results.append(ended(lambda: _end(each, wanted), content))
        advance()

    one()
    each.path.write_bytes(whole)
    return results


def _end(each: Format, wanted: Any) -> str:
    try:
        found = each.read()
    except EquidynError as error:
        return "told" if each.path.name in str(error) else f"told without its name: {error}"
    return "read" if found == wanted else "read as other values than those of the whole file"
