"""The one error that a user is meant to read: what is wrong, where, and what to do; and what others' errors say."""

import traceback

# What the extras of pyproject.toml bring, as it is imported.
PHIFLOW = ("phi", "phiml")
PIPELINE = """
    PIL dvc filelock h5py httpx2 huggingface_hub jinja2 markupsafe matplotlib pandas pyarrow pydantic pydantic_core rich
    safetensors sklearn snakemake snakemake_interface_logger_plugins sympy threadpoolctl typer yaml
"""


class EquidynError(Exception):
    """A condition that the user can mend; the command line prints its message and exits with status 1."""


def first_line(fault: BaseException) -> str:
    """What an error of a library says, on one line, for our own message; its kind if it says nothing."""
    return (str(fault).strip() or type(fault).__name__).splitlines()[0]


def not_installed(fault: BaseException, extra: str = "pipeline") -> str:
    """Of an import that lacks what an extra of ours brings: its name, and what to do; "" of any other fault.

    extra: the one that the user's work needs, of those that hold more than PhiFlow.
    """
    name = (fault.name or "").partition(".")[0] if isinstance(fault, ModuleNotFoundError) else ""
    if name not in (*PHIFLOW, *PIPELINE.split()):
        return ""
    return f"{name} is not installed: pip install 'equidyn[{'phiflow' if name in PHIFLOW else extra}]'"


def broken(fault: BaseException, path: object = "") -> str:
    """File, line and words of what stopped the reading of the source file at `path`, or, without it, an import."""
    if isinstance(fault, EquidynError):
        return str(fault)
    if isinstance(fault, SyntaxError):
        return f"{fault.filename or path}:{fault.lineno or 1}: {fault.msg}"
    if path:
        return f"{path}: {getattr(fault, 'strerror', None) or first_line(fault)}"
    if words := not_installed(fault):
        return words
    frames = [one for one in traceback.extract_tb(fault.__traceback__) if not one.filename.startswith("<frozen")]
    return f"{frames[-1].filename}:{frames[-1].lineno}: {type(fault).__name__}: {first_line(fault)}"
