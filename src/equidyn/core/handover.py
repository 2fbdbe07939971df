"""Handing finished outputs from one engine to the other, so that the other does not compute them again.

Each engine can be told to take what lies there for up to date; said of stale files, that would bless them. So the
engine that made the outputs must first say that nothing is to be done.
"""

import json
import subprocess
from pathlib import Path

from equidyn.core import engines, sources
from equidyn.core.errors import EquidynError
from equidyn.core.params import Params

_SNAKEFILE = Path("workflow/Snakefile")


def to_dvc(params: Params) -> None:
    """Let DVC take over what Snakemake made in this folder; raises EquidynError if Snakemake has something to do."""
    message = engines.complaint(params)
    if message:
        raise EquidynError(f"hand-over refused: {message}")
    _refuse_unless_snakemake_is_done()
    sources.write_lists(params)
    _succeed(["dvc", "commit", "--force", *_dvc_files()])


def to_snakemake(params: Params) -> None:
    """Let Snakemake take over what DVC made in this folder; raises EquidynError if DVC has something to do."""
    sources.write_lists(params)  # DVC always looks anew at code that it cannot see; equal lists leave it done
    _refuse_unless_dvc_is_done()
    _succeed([*_snakemake(), "--touch", "--forceall", "--cores", "1"])
    _refuse_unless_snakemake_is_done()


def _refuse_unless_snakemake_is_done() -> None:
    answer = _ran([*_snakemake(), "--dry-run", "--cores", "1"])
    text = answer.stdout + answer.stderr
    if answer.returncode != 0 or "Nothing to be done" not in text:
        raise EquidynError(f"hand-over refused: Snakemake is not done here.\n{_last_lines(text)}\nRun snakemake first.")


def _refuse_unless_dvc_is_done() -> None:
    answer = _ran(["dvc", "status", "--json", *_dvc_files()])
    stale = json.loads(answer.stdout) if answer.returncode == 0 else None
    stale = stale and {stage: why for stage, why in stale.items() if why != ["always changed"]}
    if stale != {}:
        message = f"stale: {', '.join(stale)}" if stale else _last_lines(answer.stderr)
        raise EquidynError(f"hand-over refused: DVC is not done here.\n{message}\nRun dvc repro first.")


def _dvc_files() -> list[str]:
    """Those of this folder, named one by one: asked in another way, DVC would look at every other preset as well.

    The report's last: what DVC takes over gets new times, and a report older than its cells counts as unfinished.
    """
    return [*sorted(map(str, Path("studies").glob("*/dvc.yaml"))), "dvc.yaml"]


def _snakemake() -> list[str]:
    """Snakemake in this folder, with the Snakefile of the project that holds it."""
    root = next((path for path in _here_and_above() if (path / _SNAKEFILE).is_file()), None)
    if root is None:
        raise EquidynError(f"no {_SNAKEFILE} in {Path.cwd()} or above; run in the root of the project, or in a preset")
    profile = ("--workflow-profile", str(root / "profiles/default"))  # which Snakemake finds from the root alone
    return ["snakemake", "--snakefile", str(root / _SNAKEFILE), *profile, "--directory", "."]


def _here_and_above() -> list[Path]:
    return [Path.cwd(), *Path.cwd().parents]


def _succeed(command: list[str]) -> None:
    answer = _ran(command)
    if answer.returncode != 0:
        raise EquidynError(f"{' '.join(command)} failed:\n{_last_lines(answer.stdout + answer.stderr)}")


def _ran(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise EquidynError(f"{command[0]}: not found; activate the environment of this project") from None


def _last_lines(text: str, count: int = 20) -> str:
    return "\n".join(text.strip().splitlines()[-count:])
