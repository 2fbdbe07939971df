"""Stage train: one network of the grid. A killed training goes on where it stopped."""


rule train:
    input:
        data="data/datasets/{study}/{dataset}.h5",
    output:
        best="data/runs/{study}/{dataset}/{variant}/seed{seed}/best.safetensors",
        early="data/runs/{study}/{dataset}/{variant}/seed{seed}/early.safetensors",
        history="data/runs/{study}/{dataset}/{variant}/seed{seed}/history.csv",
        run="data/runs/{study}/{dataset}/{variant}/seed{seed}/run.json",
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
        reads=lambda wildcards: values(train_keys(cell(wildcards))),
        code=lambda wildcards: code("train", wildcards.study, wildcards.variant),
    message:
        "Training {wildcards.variant} on {wildcards.study}/{wildcards.dataset}, seed {wildcards.seed}"
    shell:
        "equidyn train {wildcards.study}/{wildcards.dataset}/{wildcards.variant}/{wildcards.seed} 2>&1 | tee {log}"
