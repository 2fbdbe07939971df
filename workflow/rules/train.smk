"""Stage train: one network of the grid. A killed training goes on where it stopped."""


rule train:
    input:
        paths.dataset("{study}", "{dataset}"),
        lambda wildcards: tunings(wildcards.study, wildcards.variant),
    output:
        *of_each(paths.TRAINED),
    log:
        "logs/train/{runs}/{study}/{dataset}/{variant}/seed{seed}.log",
    group:
        group_of
    conda:
        "../../environment.yml"
    threads: study_params.compute.threads
    resources:
        mem_mb=asked(resources.memory_mb),
        runtime=asked(resources.minutes_to_train),
        gpu=GPUS,
    params:
        name=lambda wildcards: str(cell(wildcards)),
        reads=lambda wildcards: values(*train_keys(cell(wildcards))),
        code=lambda wildcards: code("train", wildcards.study, wildcards.variant),
        options=options(lambda wildcards: paths.in_run(cell(wildcards), paths.TRAINED)[0]),
    message:
        "Training {params.name}"
    shell:
        "equidyn train {params.name}{params.options} >{log} 2>&1"
