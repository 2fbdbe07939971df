"""`equidyn hub push` and `equidyn hub pull`, thin. Each imports what it needs itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from equidyn.core.errors import EquidynError
from equidyn.core.options import ParamsFile

if TYPE_CHECKING:
    from equidyn.core.hub.items import Items
    from equidyn.core.params import Params

app = typer.Typer(
    help="Share finished cells on the Hugging Face Hub, at hub.repository of params.yaml.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_Cells = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Argument(
        metavar="CELL",
        help="STUDY/DATASET, STUDY/DATASET/VARIANT/SEED or `report`; without any, all of params.yaml",
    ),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list what would be done.")]


@app.command()
def push(
    cells: _Cells = None,
    dry_run: _DryRun = False,
    private: Annotated[bool, typer.Option("--private", help="Make new repositories private.")] = False,
    settings: ParamsFile = None,
) -> None:
    """Send finished cells and the report to the Hub; what is there already is not sent again.

    Needs a token with write permission in HF_TOKEN.

    Example: equidyn hub push --dry-run

    Example: equidyn hub push STUDY/DATASET STUDY/DATASET/VARIANT/1
    """
    from equidyn.core.hub.push import planned, push, refuse_unfinished

    params, items = _items(settings)
    plan = planned(params.hub, items.named(cells) if cells else items.all())
    if cells:
        refuse_unfinished(plan)
    lines = [f"send   {item.name}: {len(item.names()) + 1} files" for item in plan.to_send]
    lines += [f"there  {item.name}" for item in plan.there]
    lines += [f"not    {item.name}: {reason}" for item, reason in plan.unfinished]
    typer.echo("\n".join(lines))
    if not dry_run:
        push(params.hub, plan, items.all(), private)
    done = "to push" if dry_run else "pushed"
    counts = f"{len(plan.to_send)} {done}, {len(plan.there)} there already, {len(plan.unfinished)} not finished here"
    typer.echo(f"{params.hub.repository}: {counts}")


@app.command()
def pull(cells: _Cells = None, dry_run: _DryRun = False, settings: ParamsFile = None) -> None:
    """Fetch cells and the report from the Hub, verify them, and put them where the stages write them.

    What is finished here is not fetched. With `pull: true` under `hub` in params.yaml, prepare and train do this by
    themselves, as jobs of either engine.

    Example: equidyn hub pull STUDY/DATASET

    Example: equidyn hub pull report
    """
    from equidyn.core.hub.pull import pull_all

    params, items = _items(settings)
    wanted = items.named(cells) if cells else items.all()
    counts = pull_all(params.hub, wanted, named=bool(cells), dry_run=dry_run, say=typer.echo)
    typer.echo(f"{params.hub.repository}: {counts}")


def _items(settings: Path | None) -> tuple["Params", "Items"]:
    """Params, and all that may be pushed or pulled."""
    from equidyn.core.hub.items import Items
    from equidyn.core.params import load

    params = load(settings)
    if params.hub is None:
        raise EquidynError("params.yaml: it names no place on the Hub; add at its end:\nhub:\n  repository: owner/name")
    return params, Items(params)
