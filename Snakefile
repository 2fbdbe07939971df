"""The whole study: datasets x variants x seeds, from simulation to report. `snakemake --cores 8` runs it.

params.yaml of the working folder is the only configuration: the root's, or with `--directory presets/test` that one's.
"""

from snakemake.utils import min_version

from equidyn.core import sources
from equidyn.core.errors import EquidynError
from equidyn.core.params import PARAMS_FILE, load, read_yaml
from equidyn.core.params.subtrees import measure_keys, prepare_keys, report_keys, train_keys

min_version("9.0")

try:
    study_params = load()
except EquidynError as fault:
    raise WorkflowError(str(fault)) from None


configfile: PARAMS_FILE


if config != read_yaml(PARAMS_FILE):
    raise WorkflowError(
        "--config and --configfile are refused: every stage reads params.yaml itself. "
        "Edit params.yaml, or make a preset: a folder with its own params.yaml, for --directory."
    )


wildcard_constraints:
    study="[A-Za-z0-9][A-Za-z0-9_-]*",
    dataset="[A-Za-z0-9][A-Za-z0-9_-]*",
    variant="[A-Za-z0-9][A-Za-z0-9_-]*",
    seed="[0-9]+",


report: "workflow/report/workflow.rst"


rule all:
    default_target: True
    input:
        "reports/report.html",


include: "workflow/rules/common.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/report.smk"


onstart:
    hold_the_folder()


onsuccess:
    tell_where_the_report_is()
