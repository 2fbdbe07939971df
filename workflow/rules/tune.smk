"""Stage tune: the trials of one variant, for studies that search for their learning rates. A killed one goes on."""


def tunings(study, variant):
    """What the training of a variant needs of this stage: nothing, in studies that do not tune."""
    return [paths.tuned(study, variant)] if study_params.studies[study].tunes else []


def tables_of_trials():
    """What the report needs of it: the records of all variants, and the tables that are shipped."""
    studies = study_params.studies.items()
    variants = [(name, variant) for name, study in studies for variant in study.variants]
    return [path for each in variants for path in tunings(*each)] + shipped_tables(study_params)


def asked_of_a_trial(of_a_cell):
    """A resource, by a function of resources.py."""

    def amount(wildcards, attempt):
        study = study_params.studies[wildcards.study]
        return of_a_cell(study, Cell(wildcards.study, study.tune.dataset, wildcards.variant, 0), attempt)

    return amount


rule tune:
    input:
        lambda wildcards: paths.dataset(wildcards.study, study_params.studies[wildcards.study].tune.dataset),
    output:
        paths.tuned("{study}", "{variant}"),
    log:
        "logs/tune/{study}/{variant}.log",
    conda:
        "../../environment.yml"
    threads: study_params.compute.threads
    resources:
        mem_mb=asked_of_a_trial(resources.memory_mb),
        runtime=asked_of_a_trial(resources.minutes_to_tune),
        gpu=GPUS,
    params:
        reads=lambda wildcards: values(*tune_keys(wildcards.study, wildcards.variant)),
        code=lambda wildcards: code("tune", wildcards.study, wildcards.variant),
    message:
        "Tuning {wildcards.variant} of {wildcards.study}"
    shell:
        "equidyn tune {wildcards.study}/{wildcards.variant} >{log} 2>&1"
