"""What of the studies in this folder is finished, kept as numbers alone (archive.py), beside what was kept before."""

from pathlib import Path

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.locks import sole_writer
from equidyn.core.params.params import Params
from equidyn.core.params.study import Study
from equidyn.report.archive import NUMBERS, Kept, load, save
from equidyn.report.gather import StudyResults, gather
from equidyn.report.joined import joined
from equidyn.report.numbers import counted, listed


def run(params: Params, folder: Path) -> tuple[Path, list[str]]:
    """Save the finished seeds of every study; returns where, and a sentence for each study that lacks some.

    A seed is finished when all variants on all datasets have been measured with it, and those of the control when all
    controls have been, which are kept together. What `folder` holds of other seeds, or of other studies, from this
    machine or another, stays there. Raises EquidynError if no study has a finished seed, or if what is held was made
    with other settings.
    """
    held = {study.name: study for study in load(folder).studies} if (folder / NUMBERS).exists() else {}
    with sole_writer("numbers"):
        studies = _joined(params, held, _read(params, held))
        lacking = [_told(name, study, studies.get(name)) for name, study in params.studies.items()]
        told = [sentence for sentence in lacking if sentence]
        if not studies:
            raise EquidynError(f"no study has a finished seed; {told[0]}")
        whole = params.model_copy(update={"studies": {name: study.settings for name, study in studies.items()}})
        return save(Kept(whole, list(studies.values()), told), folder), told


def _read(params: Params, held: dict[str, StudyResults]) -> dict[str, StudyResults]:
    """What this folder adds to `held`; all of its seeds, where they are all that is held."""
    studies = {}
    for name, study in params.studies.items():
        finished, known = _finished(params, name), held[name].settings.seeds if name in held else []
        seeds = finished if set(known) <= set(finished) else [seed for seed in finished if seed not in known]
        if seeds:
            studies[name] = _with_seeds(study, seeds)
    return {study.name: study for study in gather(params.model_copy(update={"studies": studies}))}


def _joined(params: Params, held: dict[str, StudyResults], here: dict[str, StudyResults]) -> dict[str, StudyResults]:
    """Study -> what is held of it and what this folder adds, in the order of params.yaml."""
    found = {}
    for name in {**params.studies, **held}:
        old, new = held.get(name), here.get(name)
        if old and new and not set(old.settings.seeds) & set(new.settings.seeds):  # those read anew replace all
            found[name] = joined(old, new)
        elif old or new:
            found[name] = new or old
    return found


def _finished(params: Params, study: str) -> list[int]:
    cells = [cell for cell in params.cells() if cell.study == study]
    missing = {cell.seed for cell in cells if not (paths.run(cell) / "measures.json").is_file()}
    settings = params.studies[study]
    if settings.control and missing.intersection(settings.control.seeds):
        missing.update(settings.control.seeds)
    return [seed for seed in settings.seeds if seed not in missing]


def _with_seeds(study: Study, seeds: list[int]) -> Study:
    control = study.control if study.control and set(study.control.seeds) <= set(seeds) else None
    return study.model_copy(update={"seeds": seeds, "control": control})


def _told(name: str, study: Study, shipped: StudyResults | None) -> str:
    if shipped is None:
        return f"{name}: not finished with any seed"
    lacking = [str(seed) for seed in study.seeds if seed not in shipped.settings.seeds]
    return f"{name}: not finished with {counted(len(lacking), 'seed')} ({listed(lacking)})" if lacking else ""
