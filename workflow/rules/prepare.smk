"""Stage prepare: make a dataset and write its card."""


rule prepare:
    input:
        lambda wildcards: own_files(study_params.studies[wildcards.study], wildcards.dataset),
    output:
        data=paths.dataset("{study}", "{dataset}"),
        card=report(
            directory(paths.card("{study}", "{dataset}")),
            patterns=["{picture}.png"],
            caption="../report/card.rst",
            category="Data",
            subcategory="{study}",
            labels={"dataset": "{dataset}", "picture": "{picture}"},
        ),
    log:
        "logs/prepare/{study}/{dataset}.log",
    conda:
        "../../environment.yml"
    threads: study_params.compute.threads
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        reads=lambda wildcards: values(*prepare_keys(wildcards.study, wildcards.dataset)),
        code=lambda wildcards: code("prepare", wildcards.study),
        options=options(lambda wildcards: paths.dataset(wildcards.study, wildcards.dataset)),
    message:
        "Preparing dataset {wildcards.study}/{wildcards.dataset}"
    shell:
        "equidyn prepare {wildcards.study}/{wildcards.dataset}{params.options} >{log} 2>&1"
