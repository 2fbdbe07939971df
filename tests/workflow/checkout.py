"""A copy of the project in a folder of its own, so that tests can run, change and break it."""

import os
import shutil
import subprocess
import sys
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[2]
WARM = ("equidyn", "warm")
STUDY, VARIANTS = "gaussian", ["mlp-aug", "mlp-sampled"]  # of small_params
_NEVER = {".git", ".venv", ".snakemake", "__pycache__", ".pytest_cache", ".ruff_cache", "dvc.lock", "cache", "tmp"}
_OUTPUTS = {"data", "reports", "logs"}


class Checkout:
    """Commands run in it with its own code, by the environment that runs the tests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.preset = root / "presets/test"
        self.params = self.preset / "params.yaml"

    @classmethod
    def fresh(cls, root: Path, *, whole: bool = False) -> "Checkout":
        """The project as it stands, without outputs, in a repository of its own.

        DVC knows the test preset; whole: and the others.
        """
        shutil.copytree(PROJECT, root, symlinks=True, ignore=_left_out)
        checkout = cls(root)
        checkout.edit(".dvcignore", "\n/presets/*\n", "\n" if whole else "\n/presets/*\n!/presets/test\n")
        checkout.run("git", "init", "--quiet")
        return checkout

    def copy(self, root: Path) -> "Checkout":
        """The same with its outputs and the engines' records."""
        shutil.copytree(self.root, root, symlinks=True)
        return Checkout(root)

    def start(self, *command: str, folder: Path | None = None) -> subprocess.Popen[str]:
        """Start a command without waiting for it; its words of both kinds are kept together."""
        return subprocess.Popen(
            command,
            cwd=folder or self.root,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str, folder: Path | None = None, status: int = 0) -> str:
        """Run a command that must end with `status`; returns what it says."""
        process = self.start(*command, folder=folder)
        words, _ = process.communicate(timeout=1800)
        assert process.returncode == status, words
        return words

    def equidyn(self, *arguments: str, status: int = 0) -> str:
        """Run `equidyn` in the test preset."""
        return self.run("equidyn", *arguments, folder=self.preset, status=status)

    def snakemake(self, *arguments: str, status: int = 0) -> str:
        """Run Snakemake on the test preset."""
        return self.run("snakemake", "--directory", "presets/test", "--cores", "1", *arguments, status=status)

    def dvc(self, *arguments: str, status: int = 0) -> str:
        """Run DVC on the test preset; its jobs start warm."""
        return self.run(*WARM, "dvc", *arguments, "presets/test/dvc.yaml", status=status)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that stands once in a file."""
        text = (self.root / path).read_text()
        assert text.count(old) == 1, f"{path}: {old!r} stands there {text.count(old)} times"
        (self.root / path).write_text(text.replace(old, new))

    def set_param(self, key: str, value: object) -> None:
        """Change one value of the test preset, by its dotted key."""
        tree = yaml.safe_load(self.params.read_text())
        *parts, last = key.split(".")
        branch = reduce(getitem, parts, tree)
        assert last in branch
        branch[last] = value
        self.params.write_text(yaml.safe_dump(tree, sort_keys=False))

    def _environment(self) -> dict[str, str]:
        programs = Path(sys.executable).parent
        return os.environ | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.root / "src"),
            "DVC_SITE_CACHE_DIR": str(self.root.parent / f"{self.root.name}-dvc"),
            # Without MNIST, whatever this machine has: the same digits everywhere, and no network.
            "HF_HUB_CACHE": str(self.root.parent / f"{self.root.name}-hub"),
            "HF_HUB_OFFLINE": "1",
        }


def small_params() -> dict[str, Any]:
    """One study of the test preset, with one dataset, two variants and the first of its measures, and no pictures."""
    tree = yaml.safe_load((PROJECT / "presets/test/params.yaml").read_text())
    study = tree["studies"][STUDY]
    study["datasets"] = {"fresh": study["datasets"]["fresh"]}
    study["variants"] = {name: study["variants"][name] for name in VARIANTS}
    study["measures"] = {"accuracy": study["measures"]["accuracy"]}
    return {"compute": tree["compute"], "studies": {STUDY: study}}


def _left_out(folder: str, names: list[str]) -> set[str]:
    place = Path(folder)
    holds_outputs = place == PROJECT or place.parent == PROJECT / "presets"
    return set(names) & (_NEVER | _OUTPUTS if holds_outputs else _NEVER)
