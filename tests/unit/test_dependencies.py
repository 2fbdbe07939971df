"""pyproject.toml, requirements.lock and environment.yml name the same packages at the same versions."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[2]


def _pyproject() -> set[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    extras = [pin for pins in project["optional-dependencies"].values() for pin in pins]
    return {_canonical(pin) for pin in project["dependencies"] + extras}


def _lock() -> list[str]:
    lines = (PROJECT / "requirements.lock").read_text().splitlines()
    return [_canonical(line) for line in lines if line and not line.startswith("#")]


def _environment() -> list[object]:
    return yaml.safe_load((PROJECT / "environment.yml").read_text())["dependencies"]


def _canonical(pin: str) -> str:
    """Package indexes take -, _ and . for the same, and ignore case."""
    name, version = pin.split("==")
    return f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}"


def test_every_pin_is_exact_and_stands_once() -> None:
    names = [pin.split("==")[0] for pin in _lock()]
    assert len(set(names)) == len(names)


def test_the_lock_lacks_nothing_that_its_packages_need() -> None:
    """It is installed without a look at what they depend on."""
    subprocess.run([sys.executable, "-m", "pip", "check"], check=True, capture_output=True)


def test_what_simulates_is_pinned_with_what_it_computes_by() -> None:
    assert {pin.split("==")[0] for pin in _pyproject()} >= {"phiflow", "phiml"}


def test_lock_holds_every_pin_of_pyproject() -> None:
    assert _pyproject() - set(_lock()) == set()


def test_conda_environment_mirrors_pyproject() -> None:
    *conda, pip = _environment()
    assert {_canonical(pin) for pin in pip["pip"]} == _pyproject()
    assert conda == ["python=3.11", "pip"]
