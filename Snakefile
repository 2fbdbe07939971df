"""The whole study: datasets x variants x seeds, from simulation to report. `snakemake --cores 8` runs it.

params.yaml of the working folder is the only configuration: the root's, or with `--directory presets/test` that one's.
"""

import gc

from snakemake.utils import min_version

from equidyn.core import paths, sources
from equidyn.core.errors import EquidynError
from equidyn.core.params import PARAMS_FILE, load, read_yaml
from equidyn.core.params.compatibility import whole
from equidyn.core.params.subtrees import measure_keys, prepare_keys, report_keys, train_keys, tune_keys
from equidyn.core.params.types import NAME
from equidyn.core.tuning.table import shipped_tables

min_version("9.14")

# Snakemake and its plugins are a hundred thousand objects, which Python would look through again and again for garbage:
# a fifth of the time in which Snakemake finds that nothing is to be done.
gc.freeze()
gc.set_threshold(100_000, 20, 100)

try:
    study_params, tree = whole(load()), read_yaml(PARAMS_FILE)
except EquidynError as fault:
    raise WorkflowError(str(fault)) from None

if config:
    raise WorkflowError(
        "--config and --configfile are refused: every stage reads params.yaml itself. "
        "Edit params.yaml, or make a preset: a folder with its own params.yaml, for --directory."
    )


wildcard_constraints:
    runs=f"{paths.RUNS.name}|{paths.CONTROLS.name}",
    study=NAME,
    dataset=NAME,
    variant=NAME,
    seed="[0-9]+",


report: "workflow/report/workflow.rst"


rule all:
    default_target: True
    input:
        paths.PAGE,


include: "workflow/rules/common.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/tune.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/report.smk"


onstart:
    hold_the_folder()
    spare_the_scheduler()


onsuccess:
    tell_where_the_report_is()
