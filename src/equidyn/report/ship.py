"""What of the studies in this folder is finished, kept as numbers alone (archive.py), beside what was kept before."""

from pathlib import Path

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.locks import sole_writer
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell, Study, cells_of
from equidyn.report.archive import NUMBERS, Kept, load, save
from equidyn.report.gather import StudyResults, gather
from equidyn.report.joined import joined
from equidyn.report.numbers import counted, listed


def run(params: Params, folder: Path) -> tuple[Path, list[str]]:
    """Save the finished seeds of every study; returns where, and a sentence for each study that lacks some.

    A seed is finished when all variants that were begun have been measured with it on all datasets; the control is kept
    when all of it has been. What `folder` holds of other seeds, or of other studies, from this machine or another,
    stays there. Raises EquidynError if no study has a finished seed, or if what is held was made with other settings.
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
    for name in params.studies:
        study = _begun(params, name)
        finished, known = _finished(study, name), held[name].settings.seeds if name in held else []
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


def _begun(params: Params, name: str) -> Study:
    """The study without variants of which nothing has been measured, and without a control that is not finished."""
    study = params.studies[name]
    runs = {cell.variant for cell in cells_of({name: study}) if not cell.control and _measured(cell)}
    variants = {variant: entry for variant, entry in study.variants.items() if variant in runs}
    begun = study.model_copy(update={"variants": variants})
    whole = all(_measured(cell) for cell in cells_of({name: begun}) if cell.control)
    return begun if whole else begun.model_copy(update={"control": None})


def _finished(study: Study, name: str) -> list[int]:
    missing = {cell.seed for cell in cells_of({name: study}) if not cell.control and not _measured(cell)}
    return [seed for seed in study.seeds if seed not in missing and study.variants]


def _measured(cell: Cell) -> bool:
    return (paths.run(cell) / "measures.json").is_file()


def _with_seeds(study: Study, seeds: list[int]) -> Study:
    control = study.control if study.control and set(study.control.seeds) <= set(seeds) else None
    return study.model_copy(update={"seeds": seeds, "control": control})


def _told(name: str, study: Study, shipped: StudyResults | None) -> str:
    if shipped is None:
        return f"{name}: not finished with any seed"
    kept = shipped.settings
    seeds = [str(seed) for seed in study.seeds if seed not in kept.seeds]
    variants = [variant for variant in study.variants if variant not in kept.variants]
    told = [f"not finished with {counted(len(seeds), 'seed')} ({listed(seeds)})"] if seeds else []
    told += [f"without {listed(variants)}"] if variants else []
    told += ["without its control"] if study.control and not kept.control else []
    return f"{name}: {', '.join(told)}" if told else ""
