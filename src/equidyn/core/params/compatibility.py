"""Whether the parts of a study suit each other: source, datasets, task, models, augmentations and measures."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from equidyn.core.errors import EquidynError
from equidyn.core.params import signatures
from equidyn.core.params.training import stretched
from equidyn.core.params.tune import SEED
from equidyn.core.params.types import MOST_EPOCHS
from equidyn.core.params.variant import ROOMS, Variant

ANY = "EvaluationContext"  # of measures that look at nothing that only one kind of task has


def whole(params: Any) -> Any:
    """`params`, if no file that its studies name is broken; else raises EquidynError, with a line for each."""
    found = [f"studies.{name}.{fault}" for name, study in params.studies.items() for fault in _broken(study)]
    if found:
        raise EquidynError("\n  ".join(["params.yaml names files that are broken", *found]))
    return params


def _broken(study: Any) -> Iterator[str]:
    entries = ((place, signatures.known(study.home, room, name)) for place, room, name in signatures.named(study))
    yield from (f"{place}: {entry.fault}" for place, entry in entries if entry.fault)


def faults(study: Any) -> Iterator[str]:
    """What does not fit, in words; the first kind of fault alone, since others would follow from it."""
    checks = (_capitals, _joined, _seeds, _epochs, _control, _measures, _source, _datasets, _lengths, _parts, _tuning)
    for check in checks:
        found = list(check(study))
        if found:
            yield from found
            return


def differing_in_capitals(kind: str, names: Iterable[str]) -> Iterator[str]:
    """Names, other than in capitals, that are the same: some disks make one file of them."""
    met: dict[str, str] = {}
    for name in names:
        if other := met.get(name.lower()):
            yield f"{kind}: {other!r} and {name!r} differ in capitals alone; rename one"
        met[name.lower()] = name


def _capitals(study: Any) -> Iterator[str]:
    yield from differing_in_capitals("datasets", study.datasets)
    yield from differing_in_capitals("variants", study.variants)


def _joined(study: Any) -> Iterator[str]:
    """DVC puts - between the names in a stage's, and so do figures; elsewhere they are in folders, or joined by --."""
    met: dict[str, tuple[str, str]] = {}
    for pair in product(study.datasets, study.variants):
        name = "-".join(pair).lower()
        if other := met.get(name):
            both = " and ".join(f"{dataset!r} with {variant!r}" for dataset, variant in (other, pair))
            yield f"datasets, variants: {both} are both {name} in DVC's stages and in file names; rename one"
        met[name] = pair


def _seeds(study: Any) -> Iterator[str]:
    last = study.source.block_count - 1
    held = f"those of seeds 1 to {last}" if last > 1 else "that of seed 1"
    for seed in study.seeds if last else ():
        if seed == 0:
            yield "seeds: 0 has no block of its own: block 0 is for tuning; begin at 1"
        elif seed > last:
            yield (
                f"seeds: {seed} has no block; source.blocks = {last} holds {held}: raise it, which makes the datasets "
                "anew, or take fewer seeds"
            )


def _epochs(study: Any) -> Iterator[str]:
    for name in study.variants:
        training = study.training_of(name)
        if training.early_epoch > training.epochs:
            yield f"early_epoch {training.early_epoch} of {name} is beyond its {training.epochs} epochs"


def _control(study: Any) -> Iterator[str]:
    if study.control is None:
        return
    for axis in ("seeds", "datasets"):
        own = list(getattr(study, axis))
        for value in getattr(study.control, axis):
            if value not in own:
                yield f"control.{axis}: {value} is not one of the study's: {', '.join(map(str, own))}"
    for name in study.variants:
        once = study.training_of(name)
        epochs = stretched(once, study.control.budget).epochs
        if not once.epochs < epochs <= MOST_EPOCHS:
            yield f"control.budget: {epochs} epochs of {name}; must be more than its {once.epochs}, up to {MOST_EPOCHS}"


def _measures(study: Any) -> Iterator[str]:
    for name, settings in study.measures.items():
        steps = settings.options.get("steps", 1)
        if steps > study.task.steps:
            yield f"measures.{name}: step {steps} is beyond the {study.task.steps} test_steps"
        for axis in ("datasets", "variants"):
            own = getattr(study, axis)
            strangers = ", ".join(sorted(set(getattr(settings, axis) or ()) - set(own)))
            if strangers:
                yield f"measures.{name}.{axis}: {strangers}: not of the study, which has {', '.join(own)}"


def _source(study: Any) -> Iterator[str]:
    if study.task.kind not in study.source.serves:
        yield f"task.kind = {study.task.kind!r}: a source of kind {study.source.kind!r} is not for it"


def _datasets(study: Any) -> Iterator[str]:
    for name, entry in study.datasets.items():
        if not isinstance(entry, study.source.makes):
            yield f"datasets.{name}: a source of kind {study.source.kind!r} cannot make it"
        elif entry.own_size is not None and not study.source.can_count:
            yield f"datasets.{name}.train: only a source whose splits are counted can have another number"
        else:
            yield from (f"datasets.{name}: {fault}" for fault in study.source.refuses(entry))


def _lengths(study: Any) -> Iterator[str]:
    for split, length in study.source.lengths().items():
        needed = study.task.needed(split)
        if length < needed:
            yield f"source: {length} {study.source.unit} for {split}; {study.task.piece} needs {needed}"


def _parts(study: Any) -> Iterator[str]:
    for name, variant in study.variants.items():
        yield from (f"variants.{name}.{fault}" for fault in _of_variant(study, variant))
    for name in study.measures:
        entry = signatures.known(study.home, "measures", name)
        suit = [(kind,) for kind in (ANY, *study.task.contexts)]
        if not entry.fault and entry.takes not in suit:
            yield f"measures.{name}: not a measure of the task {study.task.kind!r}{_unlike(name, entry, suit)}"
    yield from study.task.faults(study)


def _tuning(study: Any) -> Iterator[str]:
    tune = study.tune
    knobs = {name: variant.tune for name, variant in study.variants.items() if variant.tune}
    if tune is None:
        yield from (f"variants.{name}.tune: the study has no tune" for name in knobs)
        return
    if tune.dataset not in study.datasets:
        yield f"tune.dataset = {tune.dataset!r}: not a dataset of this study: {', '.join(study.datasets)}"
    if SEED in study.seeds:
        yield f"seeds: {SEED} is the seed of tuning; take others"
    for name, knob in knobs.items():
        for path, values in knob.items():
            if len(values) != tune.further or len(set(map(repr, values))) != len(values):
                yield f"variants.{name}.tune.{path}: needs {tune.further} different values, as tune.further says"


def _of_variant(study: Any, variant: Variant) -> Iterator[str]:
    task = study.task
    entry = signatures.known(study.home, "models", variant.model)
    if not entry.fault and entry.takes != task.takes:
        told = _unlike(variant.model, entry, [task.takes])
        yield f"model = {variant.model!r}: not a model for the task {task.kind!r}{told}"
    if variant.augment not in task.augments:
        yield f"augment = {variant.augment!r}: the task {task.kind!r} has {', '.join(task.augments)}"
    if variant.relax:
        yield from _unsuited(study, "relax", "relaxation", variant.relax.by, task.relaxes)
    if variant.treatment:
        yield from _unsuited(study, "treatment", "treatment", variant.treatment.by, task.treats)
    if variant.impose and not task.imposes:
        yield f"impose: not for the task {task.kind!r}"


def _unsuited(study: Any, key: str, noun: str, name: str, kinds: tuple[str, ...]) -> Iterator[str]:
    """An entry that takes none of these types, those of the task; of a broken file only if there are none."""
    entry = signatures.known(study.home, ROOMS[key], name)
    suit = [(kind,) for kind in kinds]
    if not suit or (not entry.fault and entry.takes not in suit):
        yield f"{key}.by = {name!r}: not a {noun} for the task {study.task.kind!r}{_unlike(name, entry, suit)}"


def _unlike(name: str, entry: signatures.Entry, suit: list[tuple[str, ...]]) -> str:
    """Of a file of the user's own, where its function stands, and what it should take."""
    if "." not in name or not entry.at:
        return ""
    wanted = " or ".join(f"({', '.join(one)})" for one in suit) or "none of them"
    return f"; {entry.at} takes ({', '.join(entry.takes)}), the task has {wanted}"
