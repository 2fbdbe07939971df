"""Stage tune: the trials of one variant, for studies that search for their learning rates. A killed one goes on."""


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
        options=options(lambda wildcards: paths.tuned(wildcards.study, wildcards.variant)),
    message:
        "Tuning {wildcards.variant} of {wildcards.study}"
    shell:
        "equidyn tune {wildcards.study}/{wildcards.variant}{params.options} >{log} 2>&1"
