"""Stage report: the page, its tables and its figures, from the measures of every cell."""


rule report:
    input:
        measures=of_every_cell("measures.json"),
        examples=of_every_cell("example.safetensors"),
        histories=of_every_cell("history.csv"),
        runs=of_every_cell("run.json"),
    output:
        page=report("reports/report.html", caption="../report/page.rst", category="Report"),
        text="reports/report.md",
        metrics="reports/metrics.json",
        tables=report(
            directory("reports/tables"),
            patterns=["{name}.csv"],
            caption="../report/table.rst",
            category="Tables",
            labels={"table": "{name}"},
        ),
        figures=report(
            directory("reports/figures"),
            patterns=["{name}.svg", "{name}.gif"],
            caption="../report/figure.rst",
            category="Figures",
            labels={"figure": "{name}"},
        ),
    log:
        "logs/report.log",
    conda:
        "../../environment.yml"
    threads: study_params.compute.threads
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        reads=values(report_keys()),
        code=code("report"),
    message:
        "Writing the report"
    shell:
        "equidyn report 2>&1 | tee {log}"
