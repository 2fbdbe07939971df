"""The stages of the pipeline: data, tuned values, trained networks, measures."""

from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from equidyn.commands.settings import cell_of, params_of, uncollected
from equidyn.core.options import Folder, ParamsFile

if TYPE_CHECKING:
    from equidyn.core.params import Params

DatasetName = Annotated[str, typer.Argument(metavar="STUDY/DATASET", help="a dataset of params.yaml")]
CellName = Annotated[str, typer.Argument(metavar="STUDY/DATASET/VARIANT/SEED", help="a training run of params.yaml")]


def prepare(name: DatasetName, settings: ParamsFile = None, folder: Folder = None) -> None:
    """Make a dataset and its card.

    Example: equidyn prepare smoke-levels/eps030
    """
    from equidyn.core.params.names import find_dataset

    params = params_of(settings)
    study, dataset = find_dataset(params, name)
    hub = _hub_of(params)
    pulled = hub and hub.dataset(params, study, dataset)
    if pulled is None:
        with uncollected():
            from equidyn.core.data.prepare import run

        pulled = run(params, study, dataset)
    typer.echo(pulled)


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

    params = params_of(settings)
    study, variants = find_tuned(params, name)
    with uncollected():
        from equidyn.core.tuning.tune import run, told

    for variant in variants:
        typer.echo(told(run(params, study, variant)))
    if name == study and not params.studies[study].tunes:
        from equidyn.core.tuning.table import write_table

        typer.echo(write_table(params, study))


def train(name: CellName, settings: ParamsFile = None, folder: Folder = None) -> None:
    """Train one network, or go on where a killed training stopped.

    Example: equidyn train smoke-levels/eps030/gcnn/1
    """
    params, cell = cell_of(name, settings)
    hub = _hub_of(params)
    pulled = hub and hub.run(params, cell)
    if pulled is None:
        with uncollected():
            from equidyn.core.training.train import run

        pulled = run(params, cell)
    typer.echo(pulled)


def measure(name: CellName, settings: ParamsFile = None, folder: Folder = None) -> None:
    """Take all measures of one trained network.

    Example: equidyn measure smoke-levels/eps030/gcnn/1
    """
    params, cell = cell_of(name, settings)
    with uncollected():
        from equidyn.core.measures.measure import run

    typer.echo(run(params, cell))


def _hub_of(params: "Params") -> ModuleType | None:
    """What looks for finished cells on the Hub, if params.yaml asks for it."""
    if params.hub is None or not params.hub.pull:
        return None
    from equidyn.core.hub import stage

    return stage


COMMANDS = (prepare, tune, train, measure)
