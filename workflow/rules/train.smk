"""Stage train: one network of the grid. A killed training goes on where it stopped."""


rule train:
    input:
        paths.dataset("{study}", "{dataset}"),
    output:
        *paths.in_run(EACH, paths.TRAINED),
    log:
        "logs/train/{study}/{dataset}/{variant}/seed{seed}.log",
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
        reads=lambda wildcards: values(*train_keys(cell(wildcards))),
        code=lambda wildcards: code("train", wildcards.study, wildcards.variant),
    message:
        "Training {wildcards.variant} on {wildcards.study}/{wildcards.dataset}, seed {wildcards.seed}"
    shell:
        "equidyn train {wildcards.study}/{wildcards.dataset}/{wildcards.variant}/{wildcards.seed} >{log} 2>&1"
