"""The stage `prepare`: simulate a dataset, check it, store it with its card."""

import os
from importlib.metadata import version
from pathlib import Path

import torch

from equidyn import paths
from equidyn.data import card, checks, store
from equidyn.data.folder import whole_folder
from equidyn.data.recording import record
from equidyn.data.scenes import ranges, simulations
from equidyn.files import sole_writer
from equidyn.params import Params
from equidyn.params.smoke import PublishedLevel, SmokeDataset, SmokeSource
from equidyn.params.study import as_json
from equidyn.params.subtrees import prepare_keys, subtree
from equidyn.provenance import Clock


def run(params: Params, study: str, dataset: str) -> Path:
    """Simulate STUDY/DATASET, and write its HDF5 file and its card; both are whole, or nothing new is left."""
    target = paths.dataset(study, dataset)
    with sole_writer(f"prepare/{study}/{dataset}"), whole_folder(paths.card(study, dataset)) as folder:
        _use_threads(params.compute.threads)
        name, source = f"{study}/{dataset}", params.studies[study].source
        level = params.studies[study].datasets[dataset]
        settings = subtree(as_json(params), prepare_keys(study, dataset))
        clock = Clock(settings, f"PhiFlow {version('phiflow')} smoke, simulated here")
        made = make(source, level, name, clock)
        card.write(folder, made, name, source, level)
        store.write(target, made)
    return target


def make(source: SmokeSource, level: SmokeDataset, name: str, clock: Clock) -> store.Dataset:
    """Simulate and check one set; raises EquidynError if a level of 0 is not exactly symmetric."""
    planned, spans = simulations(source, level), ranges(source)
    recording = record(source, planned, name, exact=level.value == 0)
    measured = checks.measure(recording.velocity, spans) | {"max_divergence": recording.divergence}
    if level.value == 0:
        measured["max_disagreement"] = recording.disagreement
    if isinstance(level, PublishedLevel):
        measured["published_table_entry"] = checks.published_table_entry(recording.velocity)
    return store.Dataset(
        velocity=recording.velocity,
        scene=planned.scene,
        direction=planned.direction,
        ranges=spans,
        attributes={"provenance": clock.provenance(), "checks": measured},
        density=recording.density,
    )


def _use_threads(threads: int) -> None:
    os.environ["OMP_NUM_THREADS"] = str(threads)  # for libraries that start their threads later
    torch.set_num_threads(threads)
