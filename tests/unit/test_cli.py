"""The command line: fast help, exact names, one message per error, never a traceback."""

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from finished_cells import small_tree, write_params
from typer.testing import CliRunner

from equidyn import __version__, cli, commands

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).with_name("equidyn"))


def _run(*arguments: str, folder: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_help_imports_nothing_heavy() -> None:
    """So that it comes at once."""
    heavy = {"torch", "numpy", "pydantic", "yaml", "h5py", "huggingface_hub", "rich"}
    asked = "import sys; from equidyn.commands import app; app(['--help'], standalone_mode=False)"
    code = f"{asked}; assert not {heavy} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("missing", "extra", "arguments"),
    [
        ("typer", "pipeline", []),
        ("pydantic", "pipeline", ["validate"]),
        ("phi", "phiflow", ["prepare", "smoke-levels/eps000"]),
    ],
)
def test_without_an_extra_one_line_says_what_to_install(
    missing: str, extra: str, arguments: list[str], workplace: Path
) -> None:
    write_params(small_tree())
    code = f"import sys; sys.modules[{missing!r}] = None; from equidyn.cli import main; main()"
    answer = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    said = f"equidyn: {missing} is not installed: pip install 'equidyn[{extra}]'\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", said)


def test_version() -> None:
    assert _run("--version").stdout == f"equidyn {__version__}\n"


@pytest.mark.parametrize("command", [command.callback.__name__ for command in commands.app.registered_commands])
def test_every_command_has_an_example(command: str) -> None:
    assert f"Example: equidyn {command}" in CliRunner().invoke(commands.app, [command, "--help"]).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "smoke-levels/eps000/gcnn"], "expected STUDY/DATASET/VARIANT/SEED"),
        (["train", "smoke/eps000/gcnn/1"], "unknown study 'smoke'"),
        (["train", "smoke-levels/eps00/gcnn/1"], "did you mean 'eps000'?"),
        (["measure", "smoke-levels/eps000/gccn/1"], "params.yaml has: cnn, gcnn"),
        (["measure", "smoke-levels/eps000/gcnn/7"], "unknown seed '7'; params.yaml has: 1"),
        (["train", "smoke-levels/eps000/gcnn/1/control"], "not a control; see studies.smoke-levels.control"),
        (["prepare", "smoke-levels"], "expected STUDY/DATASET"),
        (["prepare", "smoke-levels/E11"], "unknown dataset 'E11'"),
        (["check", "resnet"], "unknown variant 'resnet'"),
    ],
)
def test_a_wrong_name_is_told_with_the_choice(
    arguments: list[str],
    words: str,
    workplace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    write_params(small_tree())
    monkeypatch.setattr(sys, "argv", ["equidyn", *arguments])
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    said = capsys.readouterr().err
    assert said.startswith(f"equidyn: {arguments[1]}: ") and words in said


def test_a_folder_without_params_is_told(workplace: Path) -> None:
    answer = _run("report", folder=workplace)
    assert answer.returncode == 1
    assert f"params.yaml: not found in {workplace}" in answer.stderr


def test_validate_counts_the_runs() -> None:
    assert "33 training runs" in _run("validate", folder=PROJECT / "presets/test").stdout


def test_schema_is_printed() -> None:
    assert json.loads(_run("schema").stdout)["title"] == "Params"


def test_check_tells_parameters_and_errors() -> None:
    answer = _run("check", "gcnn", "--json", folder=PROJECT / "presets/test")
    entries = json.loads(answer.stdout)
    assert [entry["study"] for entry in entries] == ["smoke-levels", "smoke-sizes", "digits-cnn"]
    for entry in entries:
        known = {"variant", "study", "parameters", "strict", "group", "error", "also", "own", "left_out"}
        assert entry.keys() == known
        assert (entry["variant"], entry["strict"], answer.returncode) == ("gcnn", True, 0)


def test_check_fails_if_a_strict_variant_is_not_exact(workplace: Path) -> None:
    write_params(small_tree())
    answer = _run("check", "--tolerance", "0", folder=workplace)
    assert answer.returncode == 1
    assert re.search(r"\bcnn\b", answer.stdout)
    assert answer.stderr.startswith("equidyn: strict variants that are not exact:\n  smoke-levels/gcnn: ")


@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EISDIR, errno.ELOOP, errno.EMFILE, errno.EIO]
)
def test_faults_of_the_machine_are_told(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def fail() -> None:
        raise OSError(number, os.strerror(number), "out.h5")

    monkeypatch.setattr(commands, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert f"equidyn: out.h5: {os.strerror(number)}" in capsys.readouterr().err


def test_a_backend_for_windows_that_matplotlib_lacks_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    code = "from equidyn import cli, commands; commands.app = lambda: __import__('matplotlib'); cli.main()"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).stderr == b""


def test_progress_that_cannot_be_told_ends_no_work() -> None:
    code = "from equidyn.core.progress import progress\nwith progress('', 2) as advance: advance(2, '')\nprint('done')"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.stdout == b"done\n"


def test_a_fault_of_the_program_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError(errno.EBADF, "bad file descriptor")

    monkeypatch.setattr(commands, "app", fail)
    with pytest.raises(OSError, match="bad file descriptor"):
        cli.main()


def test_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands.checks, "whole_of", interrupt)
    monkeypatch.setattr(sys, "argv", ["equidyn", "validate"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130
