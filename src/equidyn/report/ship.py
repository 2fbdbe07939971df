"""What of the studies in this folder is finished, kept as numbers alone (archive.py)."""

from collections.abc import Iterable
from pathlib import Path

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.locks import sole_writer
from equidyn.core.params.params import Params
from equidyn.core.params.study import Study
from equidyn.report.archive import save
from equidyn.report.gather import gather
from equidyn.report.numbers import counted, listed


def run(params: Params, folder: Path) -> tuple[Path, list[str]]:
    """Save the finished seeds of every study; returns where, and a sentence for each study that lacks some.

    A seed is finished when all variants on all datasets have been measured with it, controls too. Raises EquidynError
    if no study has one.
    """
    seeds = {name: _finished(params, name) for name in params.studies}
    lacking = [_told(name, params.studies[name], found) for name, found in seeds.items()]
    studies = {name: _with_seeds(params.studies[name], found) for name, found in seeds.items() if found}
    if not studies:
        raise EquidynError(f"no study has a finished seed; {lacking[0]}")
    with sole_writer("numbers"):
        whole = params.model_copy(update={"studies": studies})
        return save(whole, gather(whole), folder), [told for told in lacking if told]


def _finished(params: Params, study: str) -> list[int]:
    cells = [cell for cell in params.cells() if cell.study == study]
    missing = {cell.seed for cell in cells if not (paths.run(cell) / "measures.json").is_file()}
    return [seed for seed in params.studies[study].seeds if seed not in missing]


def _with_seeds(study: Study, seeds: list[int]) -> Study:
    longer = [seed for seed in study.control.seeds if seed in seeds] if study.control else []
    control = study.control.model_copy(update={"seeds": longer}) if longer else None
    return study.model_copy(update={"seeds": seeds, "control": control})


def _told(name: str, study: Study, seeds: Iterable[int]) -> str:
    lacking = [str(seed) for seed in study.seeds if seed not in seeds]
    return f"{name}: not finished with {counted(len(lacking), 'seed')} ({listed(lacking)})" if lacking else ""
