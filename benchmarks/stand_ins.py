"""Noise in the shape of a study's datasets, one block of it, so that costs can be measured before anything is prepared.

What a training step, a validation or a measure costs depends on the data's shapes, hardly on their values.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import Stored, laid_out
from equidyn.core.params import Study
from equidyn.domains.digits.source.digit_images import CLASSES
from equidyn.domains.sets.source.gaussian import draws_of
from equidyn.domains.sets.source.gaussian_checks import measure
from equidyn.domains.sets.source.gaussian_draws import draw
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.turbulence.source.volumes import Volumes

ATTRIBUTES: dict[str, Any] = {"checks": {"rms": {"train": 1.0}}}


def stand_in(study: Study, name: str) -> Stored:
    """What one seed would see of a study's dataset, of its number of samples; raises KeyError for an unknown task."""
    made = {"rollout": _fields, "upscale": _volumes, "classify_sets": _sets}
    made |= dict.fromkeys(("reconstruct", "classify_images"), _images)
    return made[study.task.kind](study, study.datasets[name].own_size)


def noise(*shape: int) -> np.ndarray:
    """Standard normal numbers, float32."""
    return np.random.default_rng(0).standard_normal(shape, np.float32)


def _fields(study: Study, train: int | None) -> Fields:
    source = study.source
    ranges = _ranges_by_scene(source.with_train(train)) if source.can_count else _ranges_of_frames(source)
    velocity, index = noise(len(ranges), source.frames, 2, *source.input_grid), np.arange(len(ranges))
    return Fields(velocity, index // 4, index % 4, ranges, ATTRIBUTES, splits=source.splits)


def _ranges_by_scene(source: Any) -> np.ndarray:
    """Each scene in four directions, and all its frames of one split."""
    split = [number for number, name in enumerate(source.splits) for _ in range(4 * getattr(source.split, name))]
    ranges = np.zeros((len(split), len(source.splits), 2), np.int64)
    ranges[np.arange(len(split)), split, 1] = source.frames
    return ranges


def _ranges_of_frames(source: Any) -> np.ndarray:
    """Ranges of frames of the same simulations; those held out have the split `domain` alone."""
    held_out = len(getattr(source, "domain", ()))
    trained = len(getattr(source, "train", ())) or getattr(source, "simulations", 4 + held_out) - held_out
    ranges = np.array([list(source.split.ranges().values())] * (trained + held_out), np.int64)
    if held_out:
        domain = np.array([name == "domain" for name in source.splits])
        ranges[:trained, domain] = 0
        ranges[trained:, ~domain] = 0
    return ranges


def _volumes(study: Study, train: int | None) -> Volumes:
    source = study.source.with_train(train)
    ranges = laid_out(source.lengths(), 1)
    count, fine = int(ranges.max()), (source.resolution,) * 3
    coarse = noise(count, source.context, 3, *source.input_grid)
    return Volumes(coarse, noise(count, 3, *fine), np.arange(count), ranges, ATTRIBUTES)


def _sets(study: Study, train: int | None) -> Labelled:
    source = study.source.with_train(train)
    counts, draws = source.lengths(), draws_of(source)
    inputs, labels = draw(draws, (0,), sum(counts.values()))
    made = Labelled(inputs, labels, laid_out(counts, 1), {}, source.splits)
    attributes = {"checks": measure(made, source.variances, "stand-in")}
    if any(dataset.fresh for dataset in study.datasets.values()):
        attributes["draws"] = draws.as_json()
    return replace(made, attributes=attributes)


def _images(study: Study, train: int | None) -> Labelled:
    source = study.source
    ranges = laid_out(source.lengths() | ({"train": train} if train else {}), 1)
    count = int(ranges.max())
    images = np.random.default_rng(0).random((count, source.side, source.side), np.float32)
    return Labelled(images, np.arange(count) % CLASSES, ranges, ATTRIBUTES)
