"""What the rules share: the sources of a stage, the keys of params.yaml that it reads, and the cells of the grid."""

import json
import os
from pathlib import Path

from equidyn.params import Cell
from equidyn.params.subtrees import subtree


def relative(paths):
    """Source files as seen from the working folder, so that a moved checkout stays up to date."""
    return [os.path.relpath(path) for path in paths]


def values(keys):
    """The values of these keys as text: a stage runs again when, and only when, it changes."""
    return json.dumps(subtree(config, keys), sort_keys=True)


def cell(wildcards):
    """The training run that a job belongs to."""
    return Cell(wildcards.study, wildcards.dataset, wildcards.variant, int(wildcards.seed))


def of_every_cell(name):
    """The file of this name of every training run."""
    return [f"data/runs/{c.study}/{c.dataset}/{c.variant}/seed{c.seed}/{name}" for c in study_params.cells()]


def tell_where_the_report_is():
    """The last line that a user reads."""
    page = Path("reports/report.html").resolve()
    if page.exists():
        print(f"The report: {page}", flush=True)
