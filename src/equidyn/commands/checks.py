"""Whether networks have the symmetry that they should have, and whether params.yaml is sound."""

import json
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from equidyn.commands.settings import cell_of, params_of, whole_of
from equidyn.core.errors import EquidynError
from equidyn.core.options import ParamsFile


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


def validate(settings: ParamsFile = None) -> None:
    """Check params.yaml and say what it asks for.

    It also says where DVC's files are not those of params.yaml, which is no matter to Snakemake.

    Example: equidyn validate
    """
    from equidyn.core.engines import complaint
    from equidyn.core.params.own import sound
    from equidyn.report.claims.model import claims_for

    params = sound(whole_of(settings))
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


def _checked(name: str | None, trained: bool, settings: Path | None) -> list[dict[str, Any]]:
    """The entries of fresh networks, of all trained ones, or of one run."""
    from equidyn.core.params.names import find_variant

    if name and "/" in name:
        params, cell = cell_of(name, settings)
        from equidyn.core.training.check import run_cell

        return run_cell(params, cell)
    params = params_of(settings)
    variant = find_variant(params, name) if name else None
    if trained:
        from equidyn.core.training.check import run_all

        return run_all(params, variant)
    from equidyn.core.models.check import run

    return run(params, variant)


COMMANDS = (check, validate)
