"""The whole study: datasets x variants x seeds, from simulation to report. `snakemake --cores 8` runs it.

params.yaml of the working folder is the configuration: the root's, or with `--directory presets/test` that one's. What
--configfile and --config say, or a workflow that has this one as a module, is laid over it: docs/snakemake.md.
"""

import gc
import os

from snakemake.utils import min_version

from equidyn.core import checkout, paths, sources
from equidyn.core.errors import EquidynError
from equidyn.core.params import PARAMS_FILE, load, read_yaml
from equidyn.core.params.compatibility import whole
from equidyn.core.params.overlay import overlaid
from equidyn.core.params.subtrees import measure_keys, prepare_keys, report_keys, train_keys, tune_keys
from equidyn.core.params.types import NAME
from equidyn.core.tuning.table import shipped_tables

min_version("9.0")

# Snakemake and its plugins are a hundred thousand objects, which Python would look through again and again for garbage:
# a fifth of the time in which Snakemake finds that nothing is to be done.
gc.freeze()
gc.set_threshold(100_000, 20, 100)

if checkout.of_code():
    os.environ["EQUIDYN_CHECKOUT"] = str(checkout.of_code())  # for environment.post-deploy.sh

settings_file = None  # of the stages, if it is not params.yaml
try:
    if config:
        study_params, tree, settings_file, made_of = overlaid(config, workflow.config_settings)
        logger.info(f"Settings: {made_of}; merged in {settings_file}")
    else:
        study_params, tree = load(), read_yaml(PARAMS_FILE)
    whole(study_params)
except EquidynError as fault:
    raise WorkflowError(str(fault)) from None


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
