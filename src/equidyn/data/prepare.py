"""The stage `prepare`: make a dataset, check it, store it with its card."""

import os
from importlib import import_module
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits

from equidyn import paths
from equidyn.data import card, store
from equidyn.files import sole_writer, whole_folder
from equidyn.params import Params
from equidyn.params.study import as_json
from equidyn.params.subtrees import prepare_keys, subtree
from equidyn.provenance import Clock


def run(params: Params, study: str, dataset: str) -> Path:
    """Make STUDY/DATASET, and write its HDF5 file and its card; both are whole, or nothing new is left.

    A source of kind K is made by `make` in equidyn/data/K.py, which is imported only for such a source.
    """
    target = paths.dataset(study, dataset)
    with sole_writer(f"prepare/{study}/{dataset}"), whole_folder(paths.card(study, dataset)) as folder:
        _use_threads(params.compute.threads)
        name, source = f"{study}/{dataset}", params.studies[study].source
        wanted = params.studies[study].datasets[dataset]
        clock = Clock(subtree(as_json(params), prepare_keys(study, dataset)), source.kind)
        made = import_module(f"equidyn.data.{source.kind}").make(source, wanted, name, clock)
        card.write(folder, made, name, source, wanted)
        store.write(target, made)
    return target


def _use_threads(threads: int) -> None:
    os.environ["OMP_NUM_THREADS"] = str(threads)  # for libraries that start their threads later
    torch.set_num_threads(threads)
    threadpool_limits(threads, user_api="blas")  # of numpy, which has been imported before
