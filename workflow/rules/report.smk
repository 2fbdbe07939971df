"""Stage report: its pages, tables and figures, from the measures of every cell."""


rule report:
    input:
        of_every_cell(*paths.MEASURED, "history.csv", "run.json"),
        tables_of_trials(),
    output:
        page=report(paths.PAGE, caption="../report/page.rst", category="Report"),
        pages=report(
            directory(paths.PAGES),
            patterns=["{name}.html"],
            caption="../report/page.rst",
            category="Report",
            labels={"page": "{name}"},
        ),
        text=paths.TEXT,
        metrics=paths.METRICS,
        summaries=directory(paths.SUMMARIES),
        tables=report(
            directory(paths.TABLES),
            patterns=["{name}.csv"],
            caption="../report/table.rst",
            category="Tables",
            labels={"table": "{name}"},
        ),
        figures=report(
            directory(paths.FIGURES),
            patterns=["{name}.svg", "{name}.gif"],
            caption="../report/figure.rst",
            category="Figures",
            labels={"figure": "{name}"},
        ),
    log:
        "logs/report.log",
    conda:
        "../../environment.yml"
    threads: 2  # PROCESSES of report.py
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        reads=values(*report_keys(study_params)),
        code=code("report"),
        options=options(lambda wildcards: paths.PAGE),
    message:
        "Writing the report"
    shell:
        "equidyn report{params.options} >{log} 2>&1"
