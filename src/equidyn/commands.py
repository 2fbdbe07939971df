"""The sub-commands of `equidyn`, thin: one per stage, and some for authors. Each imports what it needs itself."""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from equidyn import __version__, engine_commands
from equidyn.core.errors import EquidynError
from equidyn.core.hub import commands as hub_commands
from equidyn.core.options import Folder, ParamsFile

if TYPE_CHECKING:
    from equidyn.core.params import Cell, Params

app = typer.Typer(
    help="How imposed symmetry, against the symmetry of the data, shapes what networks learn. "
    "Commands work in the folder that holds params.yaml; `snakemake` or `dvc repro` runs them all in order.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(hub_commands.app, name="hub")
DatasetName = Annotated[str, typer.Argument(metavar="STUDY/DATASET", help="a dataset of params.yaml")]
CellName = Annotated[str, typer.Argument(metavar="STUDY/DATASET/VARIANT/SEED", help="a training run of params.yaml")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"equidyn {__version__}")
        raise typer.Exit


_Version = Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")]


@app.callback()
def _options(version: _Version = False) -> None:
    """Options of the command itself; each does its work in its own callback."""


@app.command()
def prepare(name: DatasetName, settings: ParamsFile = None, folder: Folder = None) -> None:
    """Make a dataset and its card.

    Example: equidyn prepare smoke-levels/eps030
    """
    from equidyn.core.params.names import find_dataset

    params = _params(settings)
    study, dataset = find_dataset(params, name)
    hub = _hub_of(params)
    pulled = hub and hub.dataset(params, study, dataset)
    if pulled is None:
        with _uncollected():
            from equidyn.core.data.prepare import run

        pulled = run(params, study, dataset)
    typer.echo(pulled)


@app.command()
def tune(
    name: Annotated[str, typer.Argument(metavar="STUDY[/VARIANT]", help="a study of params.yaml with `tune`")],
    settings: ParamsFile = None,
    folder: Folder = None,
) -> None:
    """Find the learning rate, and the method's own knob, of one variant, or of all variants of a study.

    Of a study whose values stand in params.yaml (tune.run: false), all variants together make the table to ship.

    Example: equidyn tune smoke-levels/gcnn
    """
    from equidyn.core.params.names import find_tuned

    params = _params(settings)
    study, variants = find_tuned(params, name)
    with _uncollected():
        from equidyn.core.tuning.tune import run, told

    for variant in variants:
        typer.echo(told(run(params, study, variant)))
    if name == study and not params.studies[study].tunes:
        from equidyn.core.tuning.table import write_table

        typer.echo(write_table(params, study))


@app.command()
def train(name: CellName, settings: ParamsFile = None, folder: Folder = None) -> None:
    """Train one network, or go on where a killed training stopped.

    Example: equidyn train smoke-levels/eps030/gcnn/1
    """
    params, cell = _cell(name, settings)
    hub = _hub_of(params)
    pulled = hub and hub.run(params, cell)
    if pulled is None:
        with _uncollected():
            from equidyn.core.training.train import run

        pulled = run(params, cell)
    typer.echo(pulled)


@app.command()
def measure(name: CellName, settings: ParamsFile = None, folder: Folder = None) -> None:
    """Take all measures of one trained network.

    Example: equidyn measure smoke-levels/eps030/gcnn/1
    """
    params, cell = _cell(name, settings)
    with _uncollected():
        from equidyn.core.measures.measure import run

    typer.echo(run(params, cell))


@app.command()
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
    params = None if numbers else _whole(settings)
    with _uncollected():
        from equidyn.report.report import run, run_from

    typer.echo(run_from(numbers, to or numbers / "report") if numbers else run(params, to))


@app.command()
def ship(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="of version control, such as reports/reference")],
) -> None:
    """Keep every number of the finished seeds in a few small files, without networks and data.

    What FOLDER has of other seeds and studies stays, so that a study can be shared among machines.

    Example: equidyn ship ../../reports/reference
    """
    with _uncollected():
        from equidyn.report.ship import run

    place, lacking = run(_params(None), folder)
    for sentence in lacking:
        typer.echo(sentence, err=True)
    typer.echo(place)


@app.command()
def example(
    of: Annotated[Path, typer.Option(metavar="FOLDER", help="of the report")] = Path("reports"),
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="where to make it")] = Path("reports/example"),
) -> None:
    """Make reports/example from a finished report: small enough for version control.

    Example: equidyn example
    """
    from equidyn.report.example import run

    typer.echo(run(of, to))


@app.command()
def check(
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[VARIANT | RUN]", help="only this variant, or training run, of params.yaml"),
    ] = None,
    trained: Annotated[bool, typer.Option("--trained", help="Check trained networks instead of fresh ones.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list instead of a table.")] = False,
    tolerance: Annotated[float, typer.Option(help="Largest relative error of a strict variant in float64.")] = 1e-12,
    settings: ParamsFile = None,
) -> None:
    """Measure the symmetry of networks; status 1 if a strict one is not exact.

    Freshly built networks, unless --trained or the name of a run (STUDY/DATASET/VARIANT/SEED) asks for trained ones.

    Example: equidyn check gcnn --json
    """
    entries = _checked(name, trained, settings)
    from equidyn.core.models.check import failures
    from equidyn.core.models.check_table import show

    typer.echo(json.dumps(entries, indent=1)) if as_json else show(entries, by_case=name is not None)
    found = failures(entries, tolerance)
    if found:
        raise EquidynError("strict variants that are not exact:\n  " + "\n  ".join(found))


@app.command()
def cost(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list, in seconds.")] = False,
    settings: ParamsFile = None,
) -> None:
    """Say what the finished run cost, in core seconds by study and stage.

    Example: equidyn cost --json
    """
    params = _params(settings)
    with _uncollected():
        from equidyn.report.gather import gather
        from equidyn.report.times import shown, times

    found = times(gather(params), params.compute.threads)
    typer.echo(json.dumps(found.to_dict("records"), indent=1) if as_json else shown(found).to_string(index=False))


@app.command()
def validate(settings: ParamsFile = None) -> None:
    """Check params.yaml and say what it asks for.

    It also says where DVC's files are not those of params.yaml, which is no matter to Snakemake.

    Example: equidyn validate
    """
    from equidyn.core.engines import complaint
    from equidyn.core.params.own import sound
    from equidyn.report.claims.model import claims_for

    params = sound(_whole(settings))
    claims_for(params)
    for name, study in params.studies.items():
        counts = f"{len(study.datasets)} datasets x {len(study.variants)} variants x {len(study.seeds)} seeds"
        if control := study.control:
            longer = f"{len(control.datasets)} x {len(study.variants)} x {len(control.seeds)}"
            counts += f", and {longer} for {control.budget:g} times as long"
        typer.echo(f"{name}: {counts}")
    typer.echo(f"params.yaml is valid: {len(list(params.cells()))} training runs")
    if message := complaint(params):
        typer.echo(message)


for _command in engine_commands.COMMANDS:
    app.command()(_command)


@app.command(context_settings={"allow_interspersed_args": False})
def warm(
    command: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="what to run, with its own options")],
) -> None:
    """Run a command, and spare the stages that it starts their imports; results are the same.

    Example: equidyn warm snakemake --cores all
    """
    from equidyn.core.warm.start import run

    raise typer.Exit(run(command))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Imports make many objects and no garbage; looking for it takes a tenth of a short job's time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _hub_of(params: "Params") -> ModuleType | None:
    """What looks for finished cells on the Hub, if params.yaml asks for it."""
    if params.hub is None or not params.hub.pull:
        return None
    from equidyn.core.hub import stage

    return stage


def _params(settings: Path | None) -> "Params":
    from equidyn.core.params import load

    return load(settings)


def _whole(settings: Path | None) -> "Params":
    """Params, for what needs every file that they name."""
    from equidyn.core.params.compatibility import whole

    return whole(_params(settings))


def _cell(name: str, settings: Path | None) -> tuple["Params", "Cell"]:
    """Params and the cell, looked up before the stage's own imports, which take seconds."""
    from equidyn.core.params.names import find_cell

    params = _params(settings)
    return params, find_cell(params, name)


def _checked(name: str | None, trained: bool, settings: Path | None) -> list[dict[str, Any]]:
    """The entries of fresh networks, of all trained ones, or of one run."""
    from equidyn.core.params.names import find_variant

    if name and "/" in name:
        params, cell = _cell(name, settings)
        from equidyn.core.training.check import run_cell

        return run_cell(params, cell)
    params = _params(settings)
    variant = find_variant(params, name) if name else None
    if trained:
        from equidyn.core.training.check import run_all

        return run_all(params, variant)
    from equidyn.core.models.check import run

    return run(params, variant)
