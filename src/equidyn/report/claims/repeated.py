"""Whether nets train on other draws as they did in the trial of the tuning that chose their learning rate.

A rate at the edge of those at which a net trains may go well once, and win. A claim on a net that has it compares luck:
it is left open.
"""

from statistics import median

from equidyn.report.gather import StudyResults
from equidyn.report.numbers import number
from equidyn.report.wording import wording

TIMES = 1.5  # as far from its trial as the variants of its study typically are, from which on a net is named [measured]


def unrepeated(study: StudyResults) -> dict[str, str]:
    """Variants that train worse than their trial did, and worse than others do beside theirs -> how much, in words.

    By the lowest validation score of each run on the dataset of the tuning: its median over seeds, over the trial's.
    """
    score = wording(study.settings).score
    if not study.trials or score not in study.history:
        return {}
    here = study.history[study.history["dataset"] == study.settings.tune.dataset]
    found = here.groupby(["variant", "seed"], observed=True)[score].min().groupby("variant", observed=True).median()
    trials = {row["variant"]: row["score"] for row in study.trials if row["chosen"] and row["score"]}
    beside = {name: found[name] / trial for name, trial in trials.items() if name in found.index}
    typical = median(beside.values()) if beside else 1.0
    return {
        name: f"{name} trains to {number(found[name], 3)}, where the trial of its learning rate came to "
        f"{number(trials[name], 3)}"
        for name, share in beside.items()
        if share > TIMES * typical
    }
