"""One folder per kind of data; each has its source, tasks, models, measures, report and claims."""
