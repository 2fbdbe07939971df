"""The stage `prepare`: make a dataset, check it, store it with its card."""

from pathlib import Path

from equidyn.core import paths
from equidyn.core.data import card, store
from equidyn.core.files import whole_folder
from equidyn.core.locks import sole_writer
from equidyn.core.params import Params
from equidyn.core.params.study import as_json
from equidyn.core.params.subtrees import prepare_keys, subtree
from equidyn.core.provenance import Clock
from equidyn.core.sources import fingerprint, prepare_sources
from equidyn.core.threads import use_threads


def run(params: Params, study: str, dataset: str) -> Path:
    """Make STUDY/DATASET, and write its HDF5 file and its card; both are whole, or nothing new is left.

    A source of kind K is made by `make` in its domain's source/K.py, which is imported only for such a source.
    """
    target = paths.dataset(study, dataset)
    with sole_writer(f"prepare/{study}/{dataset}"), whole_folder(paths.card(study, dataset)) as folder:
        use_threads(params.compute.threads)
        name, source = f"{study}/{dataset}", params.studies[study].source
        wanted = params.studies[study].datasets[dataset]
        code = fingerprint(prepare_sources(params.studies[study]))
        clock = Clock(subtree(as_json(params), prepare_keys(study, dataset)), source.kind, code)
        made = params.studies[study].home.module("source", source.kind).make(source, wanted, name, clock)
        card.write(folder, params.studies[study].home, made, name, source, wanted)
        store.write(target, made)
    return target
