"""What the rules share: the code of a stage, the keys of params.yaml that it reads, and the cells of the grid."""

import json
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from shlex import quote

from equidyn.core.errors import EquidynError
from equidyn.core.locks import sole_engine
from equidyn.core.params import Cell, resources
from equidyn.core.params.files import own_files
from equidyn.core.params.subtrees import subtree

held = ExitStack()
EACH = Cell("{study}", "{dataset}", "{variant}", "{seed}")  # as a rule names the cell of its job
RUNS = str(paths.RUNS.with_name("{runs}"))  # data/runs, or data/controls


@cache
def code(stage, study=None, variant=None):
    """The source files that define a stage, as one checksum: it runs again when, and only when, one of them changes.

    Not as inputs: Snakemake looks at every input of every waiting job each time it starts one, and there are dozens of
    source files to a job.
    """
    of_study = [study_params.studies[study]] if study else [study_params]
    of_variant = [variant] if variant else []
    return sources.fingerprint(getattr(sources, f"{stage}_sources")(*of_study, *of_variant))


@cache
def values(*keys):
    """The values of these keys as text: a stage runs again when, and only when, it changes."""
    return json.dumps(subtree(tree, keys), sort_keys=True)


def options(path):
    """Of a stage, beside its name: the settings and the folder, unless they are params.yaml and the present one.

    path: of an output, as the stage knows it; Snakemake's has the prefix of a module before it. A function that names
    `output`: what it gives is not compared with that of an earlier run, so that a key that is set by --config, and one
    that stands in params.yaml, are the same.
    """

    def given(wildcards, output):
        expected, found = str(path(wildcards)), str(output[0])
        folder = found.removesuffix(expected)
        if not found.endswith(expected):
            raise WorkflowError(f"{found}: `replace_prefix` of a module is not supported; use `prefix`")
        settings = settings_file or (folder and PARAMS_FILE)
        words = [*(("--params", str(settings)) if settings else ()), *(("--directory", folder) if folder else ())]
        return "".join(f" {quote(word)}" for word in words)

    return given


def cell(wildcards):
    """The training run that a job belongs to."""
    names = (wildcards.study, wildcards.dataset, wildcards.variant, int(wildcards.seed))
    return Cell(*names, control=wildcards.runs == paths.CONTROLS.name)


def of_each(names):
    """Files of these names of the training run of a job, with its wildcards."""
    return [path.replace(str(paths.RUNS), RUNS, 1) for path in paths.in_run(EACH, names)]


def of_every_cell(*names):
    """The files of these names of every training run."""
    return [path for each in study_params.cells() for path in paths.in_run(each, names)]


# Asked of a cluster; on one machine, a network finds the GPU by itself.
GPUS = 1 if study_params.compute.device == "cuda" else 0


def asked(of_a_cell):
    """A resource of train or measure, by a function of resources.py."""
    return lambda wildcards, attempt: of_a_cell(study_params.studies[wildcards.study], cell(wildcards), attempt)


def tunings(study, variant):
    """What the training of a variant needs of the stage tune: nothing, in studies that do not tune."""
    return [paths.tuned(study, variant)] if study_params.studies[study].tunes else []


def tables_of_trials():
    """What the report needs of the stage tune: the records of all variants, and the tables that are shipped."""
    studies = study_params.studies.items()
    variants = [(name, variant) for name, study in studies for variant in study.variants]
    return [path for each in variants for path in tunings(*each)] + shipped_tables(study_params)


def asked_of_a_trial(of_a_cell):
    """A resource of tune, by a function of resources.py."""

    def amount(wildcards, attempt):
        study = study_params.studies[wildcards.study]
        return of_a_cell(study, Cell(wildcards.study, study.tune.dataset, wildcards.variant, 0), attempt)

    return amount


def group_of(wildcards):
    """On a cluster, training and measures of a short cell are one job, with those of others (profiles/slurm).

    Not on GPUs, since a job of several cells would ask for as many.
    """
    short = resources.is_short(study_params.studies[wildcards.study], cell(wildcards))
    return "short" if short and not GPUS else None


def hold_the_folder():
    """Until the end of this process, so that DVC does not remove what is made here, nor Snakemake what DVC makes."""
    try:
        held.enter_context(sole_engine("Snakemake"))
    except EquidynError as fault:
        raise WorkflowError(str(fault)) from None


def spare_the_scheduler():
    """Without the limit of 100 job starts a second, unless another one was asked for.

    Snakemake 9 keeps to it by a timer after each look at the waiting jobs, which makes it look again, and start another
    timer: a run of hundreds of jobs ends with hundreds of looks a second, at the price of half a core.
    """
    limiter = getattr(workflow.scheduler, "job_rate_limiter", None)
    if limiter is not None and (limiter.max_jobs, limiter.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None


def tell_where_the_report_is():
    """The last line that a user reads."""
    page = Path(paths.PAGE).resolve()
    if page.exists():
        print(f"The report: {page}", flush=True)
