"""Stage measure: all measures of one trained network."""


rule measure:
    input:
        paths.dataset("{study}", "{dataset}"),
        *paths.in_run(EACH, paths.TRAINED),
    output:
        *paths.in_run(EACH, paths.MEASURED),
    log:
        "logs/measure/{study}/{dataset}/{variant}/seed{seed}.log",
    priority: 1  # before further trainings: Snakemake looks at every input of all that waits, each time it starts a job
    group:
        group_of
    conda:
        "../../environment.yml"
    threads: study_params.compute.threads
    resources:
        mem_mb=asked(resources.memory_mb),
        runtime=asked(resources.minutes_to_measure),
        gpu=GPUS,
    params:
        reads=lambda wildcards: values(*measure_keys(cell(wildcards))),
        code=lambda wildcards: code("measure", wildcards.study, wildcards.variant),
    message:
        "Measuring {wildcards.variant} on {wildcards.study}/{wildcards.dataset}, seed {wildcards.seed}"
    shell:
        "equidyn measure {wildcards.study}/{wildcards.dataset}/{wildcards.variant}/{wildcards.seed} >{log} 2>&1"
