"""pyproject.toml has ranges, requirements.lock and environment.yml versions in them, and src imports nothing else."""

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from equidyn.core import errors

PROJECT = Path(__file__).resolve().parents[2]
ABOUT = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
CORE = {"numpy", "scipy", "torch"}


def _ranges(lines: list[str]) -> list[tuple[str, Requirement]]:
    """With their names, without the extras of our own that extras include."""
    found = [(canonicalize_name(one.name), one) for one in map(Requirement, lines)]
    return [(name, one) for name, one in found if name != "equidyn"]


def _direct() -> list[tuple[str, Requirement]]:
    """All that pyproject.toml names."""
    return _ranges(
        [*ABOUT["dependencies"], *(line for extra in ABOUT["optional-dependencies"].values() for line in extra)]
    )


def _pins(lines: list[str]) -> dict[str, str]:
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert len({name for name, _ in pins}) == len(pins)
    return {canonicalize_name(name): version for name, version in pins}


def _lock() -> dict[str, str]:
    return _pins((PROJECT / "requirements.lock").read_text().splitlines())


def _imported() -> set[str]:
    """Top-level names of other people's packages, wherever src imports them."""
    trees = [ast.parse(path.read_bytes()) for path in (PROJECT / "src").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    tops = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)
    return {name for name in tops if "equidyn" not in name}


def test_every_version_of_the_lock_lies_in_its_range() -> None:
    lock = _lock()
    outside = {name: lock.get(name) for name, one in _direct() if not one.specifier.contains(lock.get(name, "0"))}
    assert not outside


def test_every_range_has_an_oldest_version() -> None:
    """An exact pin, or none, keeps a package from being installed beside others, or admits what nobody has tried."""
    kinds = {name: {part.operator for part in one.specifier} for name, one in _direct()}
    assert {name: found for name, found in kinds.items() if found not in ({">="}, {">=", "<"})} == {}
    assert {name for name, _ in _ranges(ABOUT["dependencies"])} == CORE


def test_the_lock_lacks_nothing_that_its_packages_need() -> None:
    """It is installed without a look at what they depend on."""
    subprocess.run([sys.executable, "-m", "pip", "check"], check=True, capture_output=True)


def test_conda_environment_mirrors_pyproject_at_the_versions_of_the_lock() -> None:
    *conda, pip = yaml.safe_load((PROJECT / "environment.yml").read_text())["dependencies"]
    lock = _lock()
    assert _pins(pip["pip"]) == {name: lock[name] for name, _ in _direct()}
    assert conda == ["python=3.11", "pip"]


def test_what_src_imports_is_declared_and_missed_in_words() -> None:
    """By core, or by an extra; of the latter, `equidyn` says how to install it."""
    imported, packages = _imported() - {"dvclive"}, packages_distributions()  # that one is used where it happens to be
    of_tests = {name for name, _ in _ranges(ABOUT["optional-dependencies"]["dev"])}
    users = {canonicalize_name(name) for top in imported for name in packages[top]}
    users -= {"markupsafe", "pydantic-core"}  # parts of jinja2 and pydantic
    assert users <= {name for name, _ in _direct()} - of_tests
    for name in imported - CORE:
        assert errors.not_installed(ModuleNotFoundError(name=f"{name}.part")).startswith(
            f"{name} is not installed: pip"
        )
    assert errors.not_installed(ModuleNotFoundError(name="my_net")) == ""
