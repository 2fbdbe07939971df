"""Stage measure: all measures of one trained network."""


rule measure:
    input:
        paths.dataset("{study}", "{dataset}"),
        lambda wildcards: tunings(wildcards.study, wildcards.variant),
        *of_each(paths.TRAINED),
    output:
        *of_each(paths.MEASURED),
    log:
        "logs/measure/{runs}/{study}/{dataset}/{variant}/seed{seed}.log",
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
        name=lambda wildcards: str(cell(wildcards)),
        reads=lambda wildcards: values(*measure_keys(cell(wildcards))),
        code=lambda wildcards: code("measure", wildcards.study, wildcards.variant),
        options=options(lambda wildcards: paths.in_run(cell(wildcards), paths.MEASURED)[0]),
    message:
        "Measuring {params.name}"
    shell:
        "equidyn measure {params.name}{params.options} >{log} 2>&1"
