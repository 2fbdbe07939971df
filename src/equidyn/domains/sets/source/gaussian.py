"""Sets of kind "gaussian": which of two variances do the values of a set have? (DESIGN 5, study gaussian)

The order of a set's vectors, and that of their components, tells nothing about its class: both distributions are the
same under every permutation of either, and indeed under every rotation of all n d values. That is a symmetry of the
distribution; no set is stored in two orders, so no equivariance error of the data is defined.

A dataset whose sampling is "fresh" has the same splits in its file as a static one. Its training samples are then not
trained on: each epoch draws as many new ones (domains/sets/source/gaussian_draws.py, from the attribute `draws`, which
only such a dataset has). They are the sample on which the accuracy on training data is measured, as unseen as any test
sample.
"""

from dataclasses import replace
from itertools import product

import numpy as np

from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import laid_out
from equidyn.core.provenance import Clock
from equidyn.domains.sets.params import GaussianData, GaussianSource
from equidyn.domains.sets.source import gaussian_checks
from equidyn.domains.sets.source.gaussian_draws import SPLIT_STREAMS, Draws, draw

_ORIGIN = {"source": "Gaussian sets, drawn here"}


def make(source: GaussianSource, wanted: GaussianData, name: str, clock: Clock) -> Labelled:
    """Draw and check one dataset; raises EquidynError if a mean or a variance is off beyond chance.

    A dataset's own number of training samples counts instead of the source's; a smaller training split is the beginning
    of a larger one, and further blocks leave the others as they were. `name` is STUDY/DATASET, for messages.
    """
    source = source.with_train(wanted.train)
    draws = draws_of(source)
    counts = source.lengths()
    parts = list(product(range(source.block_count), source.splits))
    drawn = [draw(draws, (SPLIT_STREAMS[split], block), counts[split]) for block, split in parts]
    inputs, labels = (np.concatenate(arrays) for arrays in zip(*drawn, strict=True))
    made = Labelled(inputs, labels, laid_out(counts, source.block_count), {}, source.splits)
    measured = gaussian_checks.measure(made, source.variances, name) | {"sampling": wanted.sampling}
    about = {"provenance": clock.provenance() | _ORIGIN, "checks": measured}
    return replace(made, attributes=about | ({"draws": draws.as_json()} if wanted.sampling == "fresh" else {}))


def draws_of(source: GaussianSource) -> Draws:
    """What the source's sets are drawn from."""
    return Draws(source.points, source.dimensions, source.deviations, source.seed)
