"""Data of a user's own in files: what is read from each kind of file, how it is dealt out, and what is refused."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from toy import TREE, write_study

from equidyn.commands import checks
from equidyn.core.errors import EquidynError
from equidyn.core.params.files import own_files
from equidyn.core.provenance import Clock
from equidyn.core.sources import measure_sources, train_sources
from equidyn.core.training.task import io_types, task_of

SOURCE = {
    "kind": "files",
    "axes": ["simulation", "time", "y", "x", "component"],
    "sizes": {"time": 8, "y": 6, "x": 6, "component": 2},
    "split": {"by": "sample", "train": 2, "validation": 1, "test": 1},
    "blocks": 2,
}


@pytest.fixture
def flow(workplace: Path) -> np.ndarray:
    """(simulation, time, y, x, component) float64, in flow.npy; 14 simulations, of which 12 are needed."""
    values = np.random.default_rng(0).standard_normal((14, 8, 6, 6, 2))
    np.save("flow.npy", values)
    return values


def _study(source: dict[str, Any] = SOURCE, **datasets: Any) -> Any:
    tree = deepcopy(TREE["studies"]["toy"]) | {"source": deepcopy(source)}
    tree["datasets"] = datasets or {"mine": {"file": "flow.npy"}}
    return write_study("toy", tree).studies["toy"]


def _made(study: Any, name: str = "mine") -> Any:
    make = study.home.module("source", "files").make
    return make(study.source, study.datasets[name], f"toy/{name}", Clock({}, "files"))


def test_simulations_are_dealt_out_to_blocks_and_splits(flow: np.ndarray) -> None:
    made = _made(_study())
    assert np.array_equal(made.velocity, flow[made.scene].transpose(0, 1, 4, 2, 3).astype("f4"))
    assert made.blocks == 3 and len(set(made.scene)) == 12
    seen = [made.of_block(block) for block in range(3)]
    assert [np.diff(one.ranges)[..., 0].sum(0).tolist() for one in seen] == [[16, 8, 8]] * 3
    more = _made(_study(mine={"file": "flow.npy", "train": 1}))
    for split in (1, 2):  # validation and test are those of the larger set
        rows, others = (np.flatnonzero(one.ranges[:, split, 1]) for one in (made, more))
        assert np.array_equal(made.velocity[rows], more.velocity[others])


def test_a_split_by_time_needs_no_axis_of_simulations(workplace: Path) -> None:
    np.save("flow.npy", np.random.default_rng(0).standard_normal((12, 2, 6, 6)))
    times = {"by": "time", "train": [0, 5], "validation": [5, 12], "test": [5, 12]}
    source = SOURCE | {"axes": ["time", "component", "y", "x"], "sizes": SOURCE["sizes"] | {"time": 12}, "split": times}
    del source["blocks"]
    with pytest.raises(EquidynError, match="share places in time"):
        _study(source)
    times["train"], times["validation"], times["test"] = [0, 4], [4, 8], [8, 12]
    with pytest.raises(EquidynError, match="4 frames for validation; a window of the task needs 5"):
        _study(source)
    source["split"] = {"by": "time", "train": [0, 5], "validation": [5, 10], "test": [10, 15]}
    with pytest.raises(EquidynError, match="reaches beyond the 12 places"):
        _study(source)
    np.save("flow.npy", np.random.default_rng(0).standard_normal((15, 2, 6, 6)))
    source["sizes"]["time"] = 15
    made = _made(_study(source))
    assert made.ranges.tolist() == [[[0, 5], [5, 10], [10, 15]]] and made.blocks == 1


def _npz(values: np.ndarray) -> str:
    np.savez("flow.npz", v=values, other=1)
    return "flow.npz"


def _hdf5(values: np.ndarray) -> str:
    with h5py.File("flow.h5", "w") as file:
        file["run/v"] = values
    return "flow.h5"


def _parquet(values: np.ndarray) -> str:
    parquet.write_table(pa.table({"v": list(values.reshape(len(values), -1))}), "flow.parquet")
    return "flow.parquet"


@pytest.mark.parametrize(("write", "key"), [(_npz, "v"), (_hdf5, "run/v"), (_parquet, "v")])
def test_every_kind_of_file_gives_the_same(write: Callable, key: str, flow: np.ndarray) -> None:
    expected = _made(_study()).content_hash()
    path = write(flow)
    assert _made(_study(SOURCE | {"key": key}, mine={"file": path})).content_hash() == expected
    with pytest.raises(EquidynError, match=rf"{path}: it has no 'w'; it holds .*{key}"):
        _made(_study(SOURCE | {"key": "w"}, mine={"file": path}))


def test_each_split_may_have_its_own_file(flow: np.ndarray) -> None:
    for name, part in (("train", flow[:6]), ("validation", flow[6:9]), ("test", flow[9:12])):
        np.save(f"{name}.npy", part)
    split = SOURCE["split"] | {"by": "file"}
    three = {"files": {name: f"{name}.npy" for name in ("train", "validation", "test")}}
    study = _study(SOURCE | {"split": split}, mine=three)
    assert own_files(study, "mine") == ["train.npy", "validation.npy", "test.npy"]
    made = _made(study)
    rows = np.flatnonzero(made.ranges[:, 2, 1])
    found = {values.tobytes() for values in made.velocity[rows].transpose(0, 1, 3, 4, 2)}
    assert found == {values.tobytes() for values in flow[9:12].astype("f4")}
    with pytest.raises(EquidynError, match=r"datasets\.mine: give file, one for all splits, since source\.split is by"):
        _study(SOURCE, mine=three)


def _with(change: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray], None]:
    def write(flow: np.ndarray) -> None:
        np.save("flow.npy", change(flow))

    return write


def _nan(flow: np.ndarray) -> np.ndarray:
    flow[:, 3, 2, 1, 0] = np.nan
    return flow


def _twice(flow: np.ndarray) -> np.ndarray:
    flow[:] = flow[:1]
    return flow


WRONG = {
    "flow.npy: has the shape (14, 8, 5, 6, 2); source.axes and source.sizes say simulation (any), time 8, y 6": _with(
        lambda flow: flow[:, :, :5]
    ),
    "flow.npy: 11 along the axis simulation, and 3 blocks of 4 need 12": _with(lambda flow: flow[:11]),
    "flow.npy: values that are NaN, infinite or beyond single precision, one at simulation": _with(_nan),
    "component 0, y 2, x 1; mend the file": _with(_nan),
    "flow.npy: values that are NaN, infinite": _with(lambda flow: flow * 1e39),
    "flow.npy: values of type complex128; expected real numbers": _with(lambda flow: flow * 1j),
    "flow.npy: cannot be read as npy (Array can't be memory-mapped": _with(lambda flow: flow.astype(object)),
    "are equal: what is tested on would have been trained on": _with(_twice),
    "flow.npy: no such file in": lambda flow: Path("flow.npy").unlink(),
    "flow.npy: cannot be read as npy": lambda flow: Path("flow.npy").write_bytes(b"\x93NUMPY\1\0torn"),
}


@pytest.mark.parametrize("told", WRONG)
def test_what_is_wrong_with_a_file_is_told(told: str, flow: np.ndarray) -> None:
    WRONG[told](flow)
    with pytest.raises(EquidynError) as fault:
        _made(_study())
    assert told in str(fault.value)


DECLARED = [
    ({"axes": ["simulation", "time", "y", "x"]}, "axes: must be time, component, y, x, in any order"),
    ({"sizes": {"time": 8, "y": 6, "x": 6}}, "sizes: must be of time, y, x, component"),
    ({"sizes": {"time": 8, "y": 6, "x": 5, "component": 2}}, "y 6, x 5: must be equal, so that the grid can be turned"),
    ({"sizes": {"time": 8, "y": 6, "x": 6, "component": 3}}, "sizes.component: must be 2"),
    (
        {"split": {"by": "time", "train": [0, 6], "validation": [6, 7], "test": [7, 8]}},
        "blocks: not with split by time",
    ),
]


@pytest.mark.parametrize(("change", "told"), DECLARED)
def test_what_is_wrong_with_params_is_told(change: dict, told: str, workplace: Path) -> None:
    with pytest.raises(EquidynError) as fault:
        _study(SOURCE | change)
    assert told in str(fault.value)


def test_data_that_are_not_there_are_told_before_any_job(workplace: Path) -> None:
    _study()
    with pytest.raises(EquidynError, match=r"studies\.toy\.datasets\.mine: flow\.npy: no such file"):
        checks.validate()


SPLITS = {"split": {"by": "sample", "train": 4, "validation": 2, "test": 2}}
OTHERS = {  # domain -> task, source, shape of the array
    "turbulence": (
        {"kind": "upscale", "loss": "mae"},
        {
            "axes": ["time", "component", "z", "y", "x"],
            "sizes": {"time": 12, "component": 3, "z": 8, "y": 8, "x": 8},
            "split": {"by": "time", "train": [0, 5], "validation": [5, 8], "test": [8, 12]},
            "factor": 2,
            "filter": "box",
            "periodic": False,
            "context": 3,
        },
        (12, 3, 8, 8, 8),
    ),
    "digits": (
        {"kind": "classify_images"},
        {"axes": ["image", "y", "x"], "sizes": {"y": 8, "x": 8}, "labels": "label"} | SPLITS,
        (16, 8, 8),
    ),
    "sets": (
        {"kind": "classify_sets"},
        {
            "axes": ["set", "point", "component"],
            "sizes": {"point": 5, "component": 3},
            "labels": "label",
            **SPLITS,
        },
        (16, 5, 3),
    ),
}


@pytest.mark.parametrize("domain", OTHERS)
def test_every_domain_takes_files_on_the_axes_of_its_task(domain: str, workplace: Path) -> None:
    task, source, shape = OTHERS[domain]
    values, labels = np.random.default_rng(0).random(shape), np.arange(shape[0]) % 2
    np.savez("mine.npz", v=values, label=labels)
    tree = deepcopy(TREE["studies"]["toy"]) | {"domain": domain, "task": task}
    tree |= {"source": {"kind": "files", "key": "v", **source}, "datasets": {"mine": {"file": "mine.npz"}}}
    tree["variants"] = {"own": {"model": _own_model(domain), "options": {}, "augment": "none"}}
    tree["measures"] = {"cost": {"at": ["best"], "options": {}}}
    study = write_study("toy", tree).studies["toy"]
    made = _made(study)
    built = task_of(study, made, "cpu")
    assert (built.inputs, built.outputs) == io_types(study)
    for split in study.source.splits:
        assert len(built.sample(split, 99, 1)) == study.source.lengths()[split]
    if domain == "turbulence":
        frame = built.splits["test"].targets[0] * built.rms
        assert np.allclose(frame, values[9]) and not built.inputs.periodic
        coarse = built.splits["test"].inputs[0, 3:6] * built.rms
        assert np.allclose(coarse, values[9].reshape(3, 4, 2, 4, 2, 4, 2).mean((2, 4, 6)), atol=1e-6)
    else:
        np.savez("mine.npz", v=values, label=labels + 9)
        with pytest.raises(EquidynError, match=r"mine\.npz, label: .* is of class 10; classes are 0 to|class 9"):
            _made(study)


def _own_model(domain: str) -> str:
    """A model of the user's own, with the types of the task of a domain."""
    kinds = {"smoke": ["FieldType"] * 2, "turbulence": ["BoxType"] * 2, "digits": ("ImageType", "Invariants")}
    inputs, outputs = kinds.get(domain, ("SetType", "Invariants"))
    package = Path(f"lab_{domain}")
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "parts.py").touch()
    (package / "net.py").write_text(
        f"from {package}.parts import *\ndef build(inputs: '{inputs}', outputs: '{outputs}'): ...\n"
    )
    return f"{package}.net"


def test_the_users_modules_are_in_the_fingerprints_of_what_uses_them(flow: np.ndarray) -> None:
    model = _own_model("smoke")
    tree = deepcopy(TREE["studies"]["toy"])
    tree["variants"]["own"] = {"model": model, "options": {}, "augment": "none"}
    study = write_study("toy", tree).studies["toy"]
    own = {Path("lab_smoke", name).resolve() for name in ("__init__.py", "net.py", "parts.py")}
    assert own <= set(train_sources(study, "own")) and own <= set(measure_sources(study, "own"))
    assert not own & set(train_sources(study, "gcnn")) and not own & set(measure_sources(study, "gcnn"))
