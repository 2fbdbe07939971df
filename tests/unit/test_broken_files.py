"""A broken file of a domain is named, with its line, and stops only what asks for it; an editor's backup, nothing."""

import shutil
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
import torch
import yaml
from toy import TREE, write_study

from equidyn.commands import checks
from equidyn.core import sources
from equidyn.core.domain import built_in, find
from equidyn.core.errors import EquidynError
from equidyn.core.models import check
from equidyn.core.models.foreign import as_network
from equidyn.core.models.registry import build_network
from equidyn.core.params import PARAMS_FILE, Params, load, own
from equidyn.core.params.signatures import entries
from equidyn.core.training.task import io_types
from equidyn.core.warm.client import environment_fingerprint
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

TOY = next(Path(__file__).resolve().parents[1].glob("*/claims.yaml")).parent  # the domain of the test of the house
TAKES = "inputs: PointType, outputs: PointType"
BROKEN = {  # what is in the file -> its line, and what is said of it
    f"def build({TAKES}, *, hidden: PositiveInt)\n    return 1\n": ":1: expected ':'",
    f"\nX = 3\n\ndef build({TAKES}, *, hidden: PositiveInt = 2 * X): ...\n": ":4: option 'hidden' has a default that",
    "\ndef build(inputs, outputs, *, hidden: PositiveInt): ...\n": ":2: argument 'inputs' of build() has no type",
    f"def build(\n    {TAKES}, *,\n    hidden): ...\n": ":3: option 'hidden' has no type",
    f"def build({TAKES}, *, hidden: int | None): ...\n": ":1: option 'hidden' has the type int | None; use one of",
    f"def build({TAKES}, *, hidden: PositiveInt[3]): ...\n": ":1: option 'hidden' has the type PositiveInt[3]; use one",
    f"def build({TAKES}, *, _hidden: PositiveInt): ...\n": ":1: an option may not be called '_hidden'",
    f"X = '\xe9'\ndef build({TAKES}, *, hidden: PositiveInt): ...\n".encode("latin-1"): ":1: (unicode error)",
    f"def build({TAKES}, *, hidden: PositiveInt): ...\0\n": "null bytes",
    f"import nowhere_to_be_found\ndef build({TAKES}, *, hidden: PositiveInt): ...\n": ":1: ModuleNotFoundError: No",
    f"\n\nX = 1 / 0\ndef build({TAKES}, *, hidden: PositiveInt): ...\n": ":3: ZeroDivisionError: division by zero",
}
NET = "from torch import nn\nfrom equidyn.symmetry.fields import FieldType\n"
BUILD = "def build(inputs: FieldType, outputs: FieldType): ...\n"
OWN = {  # what is in a file that a variant of a study of fields names by its dotted path -> what is said of it
    None: "toy.variants.own.model = 'own_nets.net': no importable module of this name, in the folder of params.yaml",
    "def build(\n": ":1: '(' was never closed",
    f"{NET}class Net(nn.Module): ...\n": "net.py: defines no function build(...)",
    f"{NET}\ndef build(field: FieldType): ...\n": "net.py:4 takes (FieldType), the task has (FieldType, FieldType)",
    f"{NET}{BUILD.replace('):', ', width):')}": ":3: argument 'width' of build() has no type",
    f"{NET}X = 1 / 0\n{BUILD}": ":3: ZeroDivisionError: division by zero",
    f"{NET}import own_nets.other\n{BUILD}": ":3: ModuleNotFoundError",
    f"{NET}raise SystemExit(3)\n{BUILD}": "net: ends the process when",
    f"{NET}{BUILD}del build\n": "net.py: defines no build",
}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules of a user's own are tried in this process, which has torch already."""
    monkeypatch.setattr(own, "_tried", lambda wanted: own.faults({name: names for name, (_, names) in wanted.items()}))


@pytest.fixture
def domain(workplace: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A domain of its own under a name of its own, with its params.yaml in the working folder."""
    name = f"broken_{abs(hash(request.node.name))}"
    shutil.copytree(TOY, workplace / name, ignore=shutil.ignore_patterns("__pycache__", "test_*"))
    tree = yaml.safe_load((TOY / "params.yaml").read_text())
    tree["studies"]["clouds"]["domain"] = name
    PARAMS_FILE.write_text(yaml.safe_dump(tree))
    monkeypatch.syspath_prepend(workplace)
    return workplace / name


def _edited(edit: Callable[[dict], None]) -> Params:
    tree = yaml.safe_load(PARAMS_FILE.read_text())
    edit(tree["studies"]["clouds"])
    PARAMS_FILE.write_text(yaml.safe_dump(tree))
    return load()


def _write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("content", BROKEN, ids=BROKEN.values())
def test_a_broken_model_stops_only_what_asks_for_it(content: str | bytes, domain: Path) -> None:
    _write(domain / "models/torn.py", content)
    checks.validate()  # no study names it
    torn = {"model": "torn", "options": {"hidden": 2}, "augment": "none"}
    params = _edited(lambda study: study["variants"].update(torn=torn))
    assert [entry["variant"] for entry in check.run(params, "plain")] == ["plain"]
    assert sources.train_sources(params.studies["clouds"], "plain")
    with pytest.raises(EquidynError) as told:
        check.run(params, "torn")
    assert "models/torn.py" in str(told.value) and BROKEN[content] in str(told.value)
    with pytest.raises(EquidynError) as told:
        checks.validate()
    assert f"studies.clouds.variants.torn: {domain}/models/torn.py" in str(told.value)
    assert BROKEN[content] in str(told.value)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("content", OWN, ids=OWN.values())
def test_a_broken_file_of_the_users_own_is_told_before_any_job(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """It lies beside params.yaml, and is found there without PYTHONPATH."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    package = f"own_nets_{abs(hash(request.node.name))}"
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()
    if content is not None:
        _write(tmp_path / package / "net.py", content.replace("own_nets", package))
    study = deepcopy(TREE["studies"]["toy"])
    study["variants"]["own"] = {"model": f"{package}.net", "options": {}, "augment": "none"}
    with pytest.raises(EquidynError) as told:
        write_study("toy", study)
        checks.validate()
    assert OWN[content] in str(told.value).replace(package, "own_nets")


WRONG_NETS = {  # body of build -> what is said when the network is built or measured
    "return 3": "build() returned int, not a torch.nn.Module",
    "return nn.Identity(1)[2]": "net.py:4: TypeError: 'Identity' object is not subscriptable",
}


@pytest.mark.parametrize("body", WRONG_NETS)
def test_a_network_that_cannot_be_built_is_told(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    package = Path(f"wrong_nets_{abs(hash(request.node.name))}")
    package.mkdir()
    _write(package / "net.py", f"{NET}{BUILD}".replace("...", f"\n    {body}"))
    study = deepcopy(TREE["studies"]["toy"])
    study["variants"]["own"] = {"model": f"{package}.net", "options": {}, "augment": "none"}
    with pytest.raises(EquidynError) as told:
        check.run(write_study("toy", study), "own")
    assert WRONG_NETS[body] in str(told.value)


def test_any_module_of_torch_is_a_network() -> None:
    """It counts its multiplications, is checked if it says that it is strict, and names no layers."""
    module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3, padding=1), torch.nn.Conv2d(3, 2, 1))
    module.strict = True
    network = as_network(module, FieldType(C4, "vector", 1), 2, "mine")
    assert network.strict and network.multiply_adds() == 9 * 2 * 3 + 3 * 2
    with pytest.raises(EquidynError, match="Sequential names no layers, at which a measure looks"):
        assert network.layers
    assert as_network(network, None, 2, "mine") is network


def test_a_measure_without_quantities_is_told_before_any_job(domain: Path) -> None:
    _write(domain / "measures/torn.py", "def measure(context: 'EvaluationContext'): ...\n")
    _edited(lambda study: study["measures"].update({f"{domain.name}.measures.torn": {"at": ["best"], "options": {}}}))
    with pytest.raises(EquidynError, match=r"measures\.torn: .*measures/torn\.py: defines no QUANTITIES"):
        checks.validate()


def test_a_model_whose_import_changes_torch_is_in_float32(domain: Path) -> None:
    """And so are those that are built after it, as in the server of the warm start, which imports all of them."""
    own = "\n\nimport torch\n\ntorch.set_default_dtype(torch.float64)\n"
    _write(domain / "models/plain.py", (domain / "models/plain.py").read_text() + own)
    params = load()
    study = params.studies["clouds"]
    for variant in ("plain", "radial"):
        network = build_network(study, variant, *io_types(study), seed=0)
        assert {weight.dtype for weight in network.parameters()} == {torch.float32}


def test_a_broken_measure_is_named(domain: Path) -> None:
    _write(domain / "measures/torn.py", "def measure(context: Context) -> dict\n")
    params = _edited(lambda study: study["measures"].update(torn={"at": ["best"], "options": {}}))
    assert check.run(params, "plain")
    with pytest.raises(EquidynError, match=r"studies\.clouds\.measures\.torn: .*measures/torn\.py:1: expected ':'"):
        checks.validate()
    with pytest.raises(EquidynError, match=r"measures/torn\.py:1: expected ':'"):
        sources.measure_sources(params.studies["clouds"], "plain")


@pytest.mark.parametrize("part", ["params.py", "source/points.py", "tasks/vector/task.py", "report/__init__.py"])
def test_a_broken_part_of_a_domain_is_named_when_it_is_used(part: str, domain: Path) -> None:
    _write(domain / part, "\nimport nowhere_to_be_found\n")
    with pytest.raises(EquidynError, match=rf"{part}:2: ModuleNotFoundError: No module named 'nowhere_to_be_found'"):
        io_types(load().studies["clouds"]) if part != "source/points.py" else None
        find(domain.name).module(*part.removesuffix(".py").removesuffix("/__init__").split("/"))


def test_a_broken_file_counts_in_fingerprints_until_it_is_mended(domain: Path) -> None:
    study = load().studies["clouds"]
    _write(domain / "source/points.py", "def make(\n")
    assert domain / "source/points.py" in sources.prepare_sources(study)


LEFT = ("._{}", ".{}.swp", "{}~", "#{}#", "{}.bak", "{}.orig", "4913")


def _leave(path: Path) -> None:
    """Beside a file what editors, file managers and merges leave there, and two that Python could take for modules."""
    for name in LEFT:
        _write(path.with_name(name.format(path.name)), b"\0\xff")
    path.with_name(f".#{path.name}").symlink_to("someone@machine.1234")
    shutil.copy(path, path.with_name(f"{path.stem} (copy){path.suffix}"))
    (path.parent / "__pycache__").mkdir(exist_ok=True)
    _write(path.parent / "__pycache__/gone.cpython-311.pyc", b"")


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("part", ["models/plain.py", "measures/vector_error.py", "report/__init__.py", "claims.yaml"])
def test_what_editors_leave_beside_a_file_changes_nothing(part: str, domain: Path) -> None:
    before = dict(sources.lists(load()))
    _leave(domain / part)
    entries.cache_clear()
    assert dict(sources.lists(load())) == before
    assert set(entries(find(domain.name), "models")) == {"plain", "radial"}
    checks.validate()


def test_what_editors_leave_in_the_package_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates, styles, domains; and the warm start still takes its server for as good as a new process."""
    package = tmp_path / "equidyn"
    for part in ("report/templates/style.css", "report/templates/report.html.j2", "domains/x/__init__.py"):
        (package / part).parent.mkdir(parents=True, exist_ok=True)
        _write(package / part, "")
    monkeypatch.setattr(sources, "folder_of", lambda name: package / "report")
    monkeypatch.setattr("equidyn.core.warm.client._PACKAGE", package)
    monkeypatch.setattr("equidyn.domains.__path__", [str(package / "domains")])
    state = sources._templates("equidyn.report"), environment_fingerprint(), built_in()
    assert [path.name for path in state[0]] == ["report.html.j2", "style.css"] and state[2] == ("x",)
    for part in ("report/templates/style.css", "report/templates/report.html.j2", "domains/x/__init__.py"):
        _leave(package / part)
    assert (sources._templates("equidyn.report"), environment_fingerprint(), built_in()) == state
    shutil.copytree(package / "domains/x", package / "domains/x (copy)", symlinks=True)
    assert built_in() == state[2]
