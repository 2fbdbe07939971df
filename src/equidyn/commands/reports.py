"""What is made of finished runs: the report, numbers to ship, an example to keep, what all of it cost."""

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

from equidyn.commands.settings import params_of, uncollected, whole_of
from equidyn.core.options import Folder, ParamsFile


def report(
    numbers: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--from", metavar="FOLDER", help="of the numbers kept there by `equidyn ship`; no params.yaml"),
    ] = None,
    to: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="FOLDER", help="where to write it; else reports, or FOLDER/report"),
    ] = None,
    settings: ParamsFile = None,
    folder: Folder = None,
) -> None:
    """Write the report, with its tables and figures, from all measures.

    Example: equidyn report
    Example: equidyn report --from reports/reference
    """
    params = None if numbers else whole_of(settings)
    with uncollected():
        from equidyn.report.report import run, run_from

    typer.echo(run_from(numbers, to or numbers / "report") if numbers else run(params, to))


def ship(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="of version control, such as reports/reference")],
) -> None:
    """Keep every number of the finished seeds in a few small files, without networks and data.

    What FOLDER has of other seeds and studies stays, so that a study can be shared among machines.

    Example: equidyn ship ../../reports/reference
    """
    with uncollected():
        from equidyn.report.ship import run

    place, lacking = run(params_of(None), folder)
    for sentence in lacking:
        typer.echo(sentence, err=True)
    typer.echo(place)


def example(
    of: Annotated[Path, typer.Option(metavar="FOLDER", help="of the report")] = Path("reports"),
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="where to make it")] = Path("reports/example"),
) -> None:
    """Make reports/example from a finished report: small enough for version control.

    Example: equidyn example
    """
    from equidyn.report.example import run

    typer.echo(run(of, to))


def cost(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list, in seconds.")] = False,
    settings: ParamsFile = None,
) -> None:
    """Say what the finished run cost, in core seconds by study and stage.

    Example: equidyn cost --json
    """
    params = params_of(settings)
    with uncollected():
        from equidyn.report.gather import gather
        from equidyn.report.times import shown, times

    found = times(gather(params), params.compute.threads)
    typer.echo(json.dumps(found.to_dict("records"), indent=1) if as_json else shown(found).to_string(index=False))


COMMANDS = (report, ship, example, cost)
