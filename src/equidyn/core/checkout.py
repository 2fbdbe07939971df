"""The checkout that holds the code, and the one that holds a folder: the first must be the second, if there is one."""

from pathlib import Path

from equidyn.core.errors import EquidynError

_PACKAGE = Path(__file__).resolve().parents[1]


def of_code() -> Path | None:
    """The root of the checkout whose code runs; None for a package that was installed otherwise."""
    root = _PACKAGE.parents[1]
    return root if _is_checkout(root) else None


def refuse_other_code() -> None:
    """Raise EquidynError if the working folder lies in a checkout, and the code that runs is not that checkout's.

    As after an environment was set up in one checkout, and then moved, copied or shared with another. A folder in no
    checkout may be worked in by any code.
    """
    here = Path.cwd()
    root = next((place for place in (here, *here.parents) if _is_checkout(place)), None)
    if root is not None and not (root / "src/equidyn").samefile(_PACKAGE):
        raise EquidynError(
            f"the code that runs is {_PACKAGE}, not {root / 'src/equidyn'}, in whose checkout {here} lies; "
            f"run `make set-up` in {root} and use its .venv, or set PYTHONPATH={root / 'src'}"
        )


def _is_checkout(root: Path) -> bool:
    try:
        about = (root / "src/equidyn/__init__.py").is_file() and (root / "pyproject.toml").read_bytes()
    except OSError:
        return False
    return bool(about) and b'name = "equidyn"' in about
