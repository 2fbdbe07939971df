"""Outputs of a small study as its stages leave them, made in no time: what is in them is not looked at by the Hub."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import yaml
from safetensors.numpy import save_file

from equidyn.core import paths
from equidyn.core.data import store
from equidyn.core.files import write_bytes, write_json, write_record, write_text
from equidyn.core.params import Cell, Params, load, read_yaml
from equidyn.core.params.study import as_json
from equidyn.core.params.subtrees import prepare_keys, subtree, training_params
from equidyn.core.provenance import Clock
from equidyn.core.sources import fingerprint, prepare_sources, train_sources
from equidyn.domains.smoke.source.fields import Fields

PROJECT = Path(__file__).resolve().parents[1]
STUDY = "smoke-levels"
DATASET, RUN = f"{STUDY}/eps000", f"{STUDY}/eps000/gcnn/1"
REPOSITORY = "owner/cells"


def small_tree(**hub: object) -> dict:
    """One study of the test preset, with one dataset, two variants and one seed, and where its cells are shared."""
    tree = read_yaml(PROJECT / "presets/test/params.yaml")
    study = tree["studies"][STUDY]
    study["datasets"] = {"eps000": study["datasets"]["eps000"]}
    study["variants"] = {name: study["variants"][name] for name in ("cnn", "gcnn")}
    study["measures"] = {"error": study["measures"]["error"]}
    study["source"]["blocks"] = 2  # for a further seed
    whole = {"compute": tree["compute"], "studies": {STUDY: study}, "hub": {"repository": REPOSITORY, **hub}}
    return json.loads(json.dumps(whole))


def write_params(tree: dict) -> Params:
    """Write params.yaml, and read it."""
    Path("params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return load()


def finish(params: Params) -> None:
    """Write the outputs of every stage."""
    for name, study in params.studies.items():
        for dataset in study.datasets:
            _prepare(params, name, dataset)
    for cell in params.cells():
        _train(params, cell)
        write_json(paths.run(cell) / "measures.json", {})
    for place in ("report.html", "report.md", "tables/error.csv", "tables/error.tex"):
        write_text(paths.REPORTS / place, f"{place}\n")
    for place in ("figures/error.svg", "figures/error.png"):
        write_text(paths.REPORTS / place, f"{place}\n")


def _prepare(params: Params, study: str, dataset: str) -> None:
    code = fingerprint(prepare_sources(params.studies[study]))
    clock = Clock(subtree(as_json(params), prepare_keys(study, dataset)), "smoke", code)
    velocity = np.random.default_rng(0).normal(size=(1, 8, 2, 16, 16)).astype("float32")
    index, ranges = np.zeros(1, int), np.zeros((1, 3, 2), int)
    made = Fields(velocity, index, index, ranges, {"provenance": clock.provenance(), "checks": {}})
    store.write(paths.dataset(study, dataset), made)
    write_text(paths.card(study, dataset) / "card.md", "# Card\n")
    write_text(paths.card(study, dataset) / "frames.png", "picture\n")
    write_text(paths.card(study, dataset) / ".snakemake_timestamp", "")


def _train(params: Params, cell: Cell) -> None:
    folder, sums = paths.run(cell), {}
    folder.mkdir(parents=True)
    for name in ("best", "early"):
        path = folder / f"{name}.safetensors"
        save_file({"weight": np.full(3, cell.seed, "float32")}, path)  # all alike: the best epoch may be the early one
        sums[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    sums["history"] = write_bytes(folder / "history.csv", b"epoch,loss\n0,1\n")
    code = fingerprint(train_sources(params.studies[cell.study], cell.variant))
    clock = Clock(training_params(params, cell), "dataset", code)
    facts = {"status": "completed", "parameters": 554, "epochs": 4, "best_epoch": 3, "score": "rmse", "best_score": 0.4}
    device = {"device": "cpu", "precision": "fp32"}
    data = {"dataset_sha256": store.read(paths.dataset(cell.study, cell.dataset), Fields).content_hash()}
    write_record(
        folder / "run.json", asdict(cell) | facts | device | data | {"sha256": sums, "provenance": clock.provenance()}
    )


def outputs() -> dict[str, bytes]:
    """Everything that the stages have written here, without marks and locks."""
    files = [path for place in ("data/datasets", "data/runs", "reports") for path in Path(place).rglob("*")]
    return {str(path): path.read_bytes() for path in files if path.is_file() and not path.name.startswith(".")}
