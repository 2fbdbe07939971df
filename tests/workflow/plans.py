"""What an engine would run, as JSON: `plans.py snakemake SNAKEFILE` in this folder, `plans.py dvc` in all folders.

A plan is a list of jobs: {folder, command, outputs, inputs, keys (of params.yaml)}, and for Snakemake code, the
checksum of the listing of sources; paths are relative to the job's folder, and that one to the present folder.
"""

import json
import sys
from pathlib import Path
from typing import Any


def of_snakemake(snakefile: str) -> list[dict[str, Any]]:
    """All jobs of the workflow, whether or not their outputs exist."""
    from snakemake.api import SnakemakeApi
    from snakemake.settings.types import DAGSettings, OutputSettings, Quietness, ResourceSettings

    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        outer = api.workflow(resource_settings=ResourceSettings(cores=1), snakefile=Path(snakefile))
        outer.dag(DAGSettings(forceall=True))
        workflow = outer._workflow
        workflow._prepare_dag(forceall=True, ignore_incomplete=True, lock_warn_only=True)
        workflow._build_dag()
        return [_job(job) for job in workflow.dag.jobs if job.shellcmd]


def _job(job: Any) -> dict[str, Any]:
    return {
        "folder": ".",
        "command": job.shellcmd.removesuffix(f" >{job.log} 2>&1"),
        "outputs": sorted(map(str, job.output)),
        "inputs": sorted(map(str, job.input)),
        "keys": sorted(json.loads(job.params.reads)),
        "code": job.params.code,
    }


def of_dvc() -> list[dict[str, Any]]:
    """All stages of every dvc.yaml of this repository; an error, as in every run, if two of them do not go together."""
    from dvc.dependency import ParamsDependency
    from dvc.repo import Repo

    index = Repo().index
    index.check_graph()
    return [
        {
            "folder": str(Path(stage.wdir).relative_to(Path.cwd())),
            "command": stage.cmd,
            "outputs": sorted(out.def_path for out in stage.outs),
            "inputs": sorted(dep.def_path for dep in stage.deps if not isinstance(dep, ParamsDependency)),
            "keys": sorted(key for dep in stage.deps if isinstance(dep, ParamsDependency) for key in dep.params),
        }
        for stage in index.stages
        if stage.cmd
    ]


if __name__ == "__main__":
    engine, *arguments = sys.argv[1:]
    json.dump({"snakemake": of_snakemake, "dvc": of_dvc}[engine](*arguments), sys.stdout)
