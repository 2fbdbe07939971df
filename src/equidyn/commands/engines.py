"""What keeps engines and editors in step with params.yaml, and starts an engine warm."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from equidyn.commands.settings import params_of, whole_of
from equidyn.core.errors import EquidynError


class Engine(StrEnum):
    """The engine that takes over."""

    dvc = "dvc"
    snakemake = "snakemake"


def schema() -> None:
    """Print the JSON schema of params.yaml.

    Example: equidyn schema > workflow/schemas/params.schema.json
    """
    from equidyn.core.params.schema import text

    typer.echo(text(), nl=False)


def sources() -> None:
    """Write, for DVC, which source files define each stage's result.

    Example: equidyn sources
    """
    from equidyn.core.engines import complaint
    from equidyn.core.params.own import sound
    from equidyn.core.sources import write_lists

    params = sound(whole_of(None))
    if message := complaint(params):
        raise EquidynError(message)
    typer.echo(write_lists(params))


def engines(
    write: Annotated[bool, typer.Option("--write", help="Write them, and remove what is left over.")] = False,
) -> None:
    """Compare DVC's files, here and in presets/, with those that follow from params.yaml; status 1 if they differ.

    Example: equidyn engines --write
    """
    from equidyn.core.engines import COMMAND, update

    found = update(write)
    if found and not write:
        raise EquidynError(f"DVC's files do not match params.yaml; run `{COMMAND}`\n  " + "\n  ".join(found))
    typer.echo("\n".join([*found, "DVC's files match params.yaml" + (" now" if found else "")]))


def handover(engine: Annotated[Engine, typer.Argument(help="the engine that takes over")]) -> None:
    """Let the other engine take over finished outputs; refused while the first one has something to do.

    Example: equidyn handover dvc
    """
    from equidyn.core.handover import to_dvc, to_snakemake

    {Engine.dvc: to_dvc, Engine.snakemake: to_snakemake}[engine](params_of(None))
    typer.echo(f"{engine.value} has taken over the outputs in {Path.cwd()}")


def warm(
    command: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="what to run, with its own options")],
) -> None:
    """Run a command, and spare the stages that it starts their imports; results are the same.

    Example: equidyn warm snakemake --cores all
    """
    from equidyn.core.warm.start import run

    raise typer.Exit(run(command))


COMMANDS = (schema, sources, engines, handover)
