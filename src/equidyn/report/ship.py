"""What of the studies in this folder is finished, kept as numbers alone (archive.py)."""

from pathlib import Path

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.locks import sole_writer
from equidyn.core.params.params import Params
from equidyn.core.params.study import Study
from equidyn.report.archive import Kept, save
from equidyn.report.gather import gather
from equidyn.report.numbers import counted, listed


def run(params: Params, folder: Path) -> tuple[Path, list[str]]:
    """Save the finished seeds of every study; returns where, and a sentence for each study that lacks some.

    A seed is finished when all variants on all datasets have been measured with it, controls too. Raises EquidynError
    if no study has one.
    """
    seeds = {name: _finished(params, name) for name in params.studies}
    told = [_told(name, params.studies[name], found) for name, found in seeds.items()]
    lacking = [sentence for sentence in told if sentence]
    studies = {name: _with_seeds(params.studies[name], found) for name, found in seeds.items() if found}
    if not studies:
        raise EquidynError(f"no study has a finished seed; {lacking[0]}")
    with sole_writer("numbers"):
        whole = params.model_copy(update={"studies": studies})
        return save(Kept(whole, gather(whole), lacking), folder), lacking


def _finished(params: Params, study: str) -> list[int]:
    cells = [cell for cell in params.cells() if cell.study == study]
    missing = {cell.seed for cell in cells if not (paths.run(cell) / "measures.json").is_file()}
    return [seed for seed in params.studies[study].seeds if seed not in missing]


def _with_seeds(study: Study, seeds: list[int]) -> Study:
    longer = [seed for seed in study.control.seeds if seed in seeds] if study.control else []
    control = study.control.model_copy(update={"seeds": longer}) if longer else None
    return study.model_copy(update={"seeds": seeds, "control": control})


def _told(name: str, study: Study, seeds: list[int]) -> str:
    lacking = [str(seed) for seed in study.seeds if seed not in seeds]
    if not seeds:
        return f"{name}: not finished with any seed"
    return f"{name}: not finished with {counted(len(lacking), 'seed')} ({listed(lacking)})" if lacking else ""
