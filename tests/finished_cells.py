"""Outputs of a small study as its stages leave them, made in no time: what is in them is not looked at by the Hub."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import yaml
from safetensors.torch import save

from equidyn.core import paths
from equidyn.core.data import store
from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import Stored
from equidyn.core.files import read_record, write_bytes, write_record, write_text
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell, Params, load, read_yaml
from equidyn.core.params.study import Study, as_json
from equidyn.core.params.subtrees import prepare_keys, subtree, training_params
from equidyn.core.provenance import Clock
from equidyn.core.sources import fingerprint, prepare_sources, train_sources
from equidyn.core.training.task import io_types
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.turbulence.source.volumes import Volumes

PROJECT = Path(__file__).resolve().parents[1]
STUDY = "smoke-levels"
DATASET, RUN = f"{STUDY}/eps000", f"{STUDY}/eps000/gcnn/1"
REPOSITORY = "owner/cells"
WHOLE = {  # study of the test preset -> variants
    "smoke-levels": ("gcnn", "relax-anneal"),
    "smoke-rotation": ("rgroup-published",),
    "turbulence": ("rgcnn-vector",),
    "gaussian": ("transformer-canonical", "mlp-sampled"),
    "digits-autoencoder": ("equivariant-ae-attention",),
    "digits-cnn": ("gcnn",),
}
MEASURED = {"rollout": {"error": {"rmse": 0.25, "persistence_rmse": 1.0}}}  # task -> measures


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


def whole_tree() -> dict:
    """Studies of every kind of data, with one seed and one or two variants each."""
    tree = read_yaml(PROJECT / "presets/test/params.yaml")
    studies = {name: tree["studies"][name] for name in WHOLE}
    for name, kept in WHOLE.items():
        study = studies[name]
        study["seeds"] = [1]
        study["variants"] = {key: entry for key, entry in study["variants"].items() if key in kept}
    whole = {"compute": tree["compute"], "studies": studies, "hub": {"repository": REPOSITORY}}
    return json.loads(json.dumps(whole))


def finish(params: Params) -> None:
    """Write the outputs of every stage."""
    for name, study in params.studies.items():
        for dataset in study.datasets:
            _prepare(params, name, dataset)
    for cell in params.cells():
        _train(params, cell)
        measured = MEASURED.get(params.studies[cell.study].task.kind, {})
        run = read_record(paths.run(cell) / "run.json")["checksum"]
        write_record(paths.run(cell) / "measures.json", {"sha256": {"run": run}, "checkpoints": {"best": measured}})
    for place in ("report.html", "report.md", "tables/error.csv", "tables/error.tex"):
        write_text(paths.REPORTS / place, f"{place}\n")
    for place in ("figures/error.svg", "figures/error.png"):
        write_text(paths.REPORTS / place, f"{place}\n")


def _prepare(params: Params, study: str, dataset: str) -> None:
    settings = params.studies[study]
    code = fingerprint(prepare_sources(settings))
    clock = Clock(subtree(as_json(params), prepare_keys(study, dataset)), settings.source.kind, code)
    checks = {"rms": {"train": 0.5}, "origin": "optdigits"}
    store.write(paths.dataset(study, dataset), _made(settings, {"provenance": clock.provenance(), "checks": checks}))
    write_text(paths.card(study, dataset) / "card.md", "# Card\n")
    write_text(paths.card(study, dataset) / "frames.png", "picture\n")
    write_text(paths.card(study, dataset) / ".snakemake_timestamp", "")


def _made(study: Study, attributes: dict) -> Stored:
    """Noise in the form of the study's datasets, in two blocks."""
    source, dice = study.source, np.random.default_rng(0)
    if study.domain == "smoke":
        return _smoke(source, dice.normal(size=(6, 8, 2, 16, 16)).astype("float32"), attributes)
    ranges, inputs = store.laid_out({"train": 2, "validation": 1, "test": 1}, 2), io_types(study)[0]
    if study.domain == "turbulence":
        shapes = (8, 3, 3, 4, 4, 4), (8, 3, 16, 16, 16)
        fields = [dice.normal(size=shape).astype("float32") for shape in shapes]
        return Volumes(*fields, np.arange(8) // 2, ranges, attributes)
    shape = (inputs.side,) * 2 if study.domain == "digits" else (inputs.points, inputs.dimensions)
    return Labelled(dice.random((8, *shape), "float32"), np.arange(8) % 2, ranges, attributes)


def _smoke(source: object, velocity: np.ndarray, attributes: dict) -> Fields:
    """A simulation for each split of each block; of the Rotation protocol two held out, and frames in no split."""
    index = np.arange(6)
    if source.kind == "rotation":
        ranges = np.array([[[0, 3], [3, 5], [5, 7], [0, 0]]] * 4 + [[[0, 0], [0, 0], [0, 0], [0, 4]]] * 2)
        return Fields(velocity, index, index % 4, ranges, attributes, splits=source.splits)
    ranges = np.zeros((6, 3, 2), int)
    ranges[index, index % 3] = (0, 8)
    density = np.square(velocity[:, :, 0])
    return Fields(velocity, index, index % 4, ranges, attributes, density, block=index // 3)


def _train(params: Params, cell: Cell) -> None:
    folder, sums = paths.run(cell), {}
    study = params.studies[cell.study]
    network = build_network(study, cell.variant, *io_types(study), cell.seed)
    for name in ("best", "early"):  # all alike: the best epoch may be the early one
        sums[name] = write_bytes(folder / f"{name}.safetensors", save(network.state_dict()))
    sums["history"] = write_bytes(folder / "history.csv", b"epoch,loss\n0,1\n")
    code = fingerprint(train_sources(study, cell.variant))
    clock = Clock(training_params(params, cell), "dataset", code)
    facts = {"status": "completed", "parameters": 554, "epochs": 4, "best_epoch": 3, "score": "rmse", "best_score": 0.4}
    device = {"device": "cpu", "precision": "fp32"}
    data = {"dataset_sha256": store.checksum(paths.dataset(cell.study, cell.dataset))}
    write_record(
        folder / "run.json", asdict(cell) | facts | device | data | {"sha256": sums, "provenance": clock.provenance()}
    )


def outputs() -> dict[str, bytes]:
    """Everything that the stages have written here, without marks and locks."""
    files = [path for place in ("data/datasets", "data/runs", "reports") for path in Path(place).rglob("*")]
    return {str(path): path.read_bytes() for path in files if path.is_file() and not path.name.startswith(".")}
