"""The sub-commands of `equidyn`, in the order of its help; each imports what it needs itself, when it is called."""

from typing import Annotated

import typer

from equidyn import __version__
from equidyn.commands import checks, engines, reports, stages
from equidyn.core.hub import commands as hub

app = typer.Typer(
    help="How imposed symmetry, against the symmetry of the data, shapes what networks learn. "
    "Commands work in the folder that holds params.yaml; `snakemake` or `dvc repro` runs them all in order.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(hub.app, name="hub")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"equidyn {__version__}")
        raise typer.Exit


_Version = Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")]


@app.callback()
def _options(version: _Version = False) -> None:
    """Options of the command itself; each does its work in its own callback."""


for _command in (*stages.COMMANDS, *reports.COMMANDS, *checks.COMMANDS, *engines.COMMANDS):
    app.command()(_command)
app.command(context_settings={"allow_interspersed_args": False})(engines.warm)
