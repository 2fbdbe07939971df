"""Tuning: what is tried, which trial wins, what a kill leaves, and where the values found go."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import toy_volumes
from toy import CELL, TREE, refused, toy_params, write_study

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.measures import measure
from equidyn.core.params import Cell, Params, load
from equidyn.core.training import train
from equidyn.core.training.loop import Trainer
from equidyn.core.tuning import table, tune
from equidyn.core.tuning.rules import Trial, at_edge, best, rates_beside
from equidyn.core.tuning.tuned import tuned
from equidyn.report.sections import tuning

PROJECT = Path(__file__).resolve().parents[2]
RATES = [0.005, 0.01, 0.02]
CONSISTENT = TREE["studies"]["toy"]["variants"]["cnn"] | {
    "treatment": {"by": "consistency", "options": {"weight": 30.0}}
}
SEARCH = {"run": True, "dataset": "sym", "rates": RATES, "further": 2}
WEIGHT = "treatment.options.weight"
KNOB = {WEIGHT: [10.0, 100.0]}
BY_TIME = {"by": "time", "train": [0, 6], "validation": [6, 11], "test": [11, 16]}  # seeds share all data
SHARED = TREE["studies"]["toy"]["source"] | {"frames": 16, "split": BY_TIME, "blocks": None}


def _trials(*scores: float | None, rates: list[float] = RATES) -> list[Trial]:
    """One trial per score; None: diverged, after epochs that were better than all."""
    return [
        Trial(rate, None, 1e-9 if score is None else score, 1, 1, "diverged" if score is None else "completed", 1.0)
        for rate, score in zip(rates, scores, strict=True)
    ]


def _tuned_toy(run: bool = True) -> Params:
    """The toy study with two variants that tune, one of them with a knob; and its dataset."""
    toy_params()
    study = TREE["studies"]["toy"]
    variants = {"gcnn": study["variants"]["gcnn"], "consistency": CONSISTENT | {"tune": KNOB}}
    return write_study("toy", study | {"variants": variants, "tune": SEARCH | {"run": run}}, epochs=2)


def _record(variant: str) -> dict[str, Any]:
    return json.loads(paths.tuned("toy", variant).read_text())


def _told(record: dict[str, Any]) -> dict[str, Any]:
    """A record without times."""
    kept = {key: value for key, value in record.items() if key not in ("provenance", "checksum")}
    return kept | {"trials": [trial | {"seconds": 0} for trial in record["trials"]]}


def test_the_lowest_score_wins_and_what_diverged_loses() -> None:
    assert best(_trials(0.3, 0.2, 0.4)) == 1
    assert best(_trials(None, 0.5, 0.4)) == 2
    assert best(_trials(0.2, 0.2, 0.2)) == 0
    assert best(_trials(None, None, None)) == 0


def test_a_winner_at_the_lowest_or_highest_rate_tried_is_said_so() -> None:
    assert not at_edge(_trials(0.3, 0.2, 0.4))
    assert at_edge(_trials(0.2, 0.3, 0.4)) and at_edge(_trials(0.4, 0.3, 0.2))
    assert not at_edge(_trials(0.4, 0.3, 0.2, 0.25, rates=[*RATES, 0.0283]))


@pytest.mark.parametrize(
    "scores, count, expected",
    [
        ((0.3, 0.2, 0.4), 2, [0.00707, 0.0141]),  # half a step to either side
        ((0.2, 0.3, 0.4), 2, [0.00354, 0.00707]),  # outward too at the lower edge
        ((0.4, 0.3, 0.2), 2, [0.0141, 0.0283]),  # and at the upper one
        ((0.3, 0.2, 0.4), 1, [0.00707]),  # the better neighbour's side
        ((0.3, 0.2, None), 1, [0.00707]),
        ((0.4, 0.3, 0.2), 1, [0.0283]),
        ((0.3, 0.2, 0.25), 3, [0.00707, 0.0126, 0.0159]),
    ],
)
def test_further_rates_lie_beside_the_best_of_the_grid(scores: tuple, count: int, expected: list[float]) -> None:
    assert rates_beside(_trials(*scores), count) == expected


def test_every_variant_has_the_same_number_of_trials_and_the_values_found_train_it(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = _tuned_toy()
    for variant in ("gcnn", "consistency"):
        tune.run(params, "toy", variant)
    plain, consistent = _record("gcnn"), _record("consistency")
    assert len(plain["trials"]) == len(consistent["trials"]) == 5
    assert [trial["learning_rate"] for trial in plain["trials"][:3]] == RATES
    assert [trial["value"] for trial in consistent["trials"]] == [30.0, 30.0, 30.0, 10.0, 100.0]
    assert not list(workplace.glob("data/resume/**/*.*"))

    begun = []
    real = Trainer.run
    monkeypatch.setattr(Trainer, "run", lambda self, *rest: begun.append(self) or real(self, *rest))
    cell = Cell("toy", "sym", "consistency", 1)
    train.run(params, cell)
    measure.run(params, cell)
    winner = consistent["trials"][consistent["chosen"]]
    assert consistent["chosen"] == min(range(5), key=lambda place: consistent["trials"][place]["score"])
    assert (begun[0].training.learning_rate, begun[0].seed) == (winner["learning_rate"], 1)
    assert begun[0].recipe.weight == winner["value"]
    params_kept = json.loads((paths.run(cell) / "run.json").read_text())["provenance"]["params"]
    kept = params_kept["studies.toy.variants.consistency"]
    assert kept["training"] == {"learning_rate": winner["learning_rate"]}
    assert kept["treatment"]["options"]["weight"] == winner["value"]


def test_a_killed_search_goes_on_in_its_trial_to_the_same_record(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = _tuned_toy()
    whole = _told(json.loads(tune.run(params, "toy", "gcnn").read_text()))
    paths.tuned("toy", "gcnn").unlink()
    real, begun = Trainer._epoch, []

    def epoch(self: Trainer, state: Any) -> None:
        begun.append((self.training.learning_rate, state.epoch))
        if len(begun) == 4:
            raise KeyboardInterrupt
        real(self, state)

    monkeypatch.setattr(Trainer, "_epoch", epoch)
    with pytest.raises(KeyboardInterrupt):
        tune.run(params, "toy", "gcnn")
    assert not paths.tuned("toy", "gcnn").exists()
    tune.run(params, "toy", "gcnn")
    assert begun[:5] == [(0.005, 0), (0.005, 1), (0.01, 0), (0.01, 1), (0.01, 1)] and len(begun) == 11
    assert _told(_record("gcnn")) == whole
    tune.run(params, "toy", "gcnn")
    assert len(begun) == 11  # what is finished is left as it is


def test_training_refuses_a_missing_record_and_one_of_other_params(workplace: Path) -> None:
    params = _tuned_toy()
    with pytest.raises(EquidynError, match=r"data/tuned/toy/gcnn\.json: missing"):
        train.run(params, CELL)
    tune.run(params, "toy", "gcnn")
    path = Path("params.yaml")
    path.write_text(path.read_text().replace("weight_decay: 0.0", "weight_decay: 0.1"))
    with pytest.raises(EquidynError, match=r"gcnn\.json: not tuned with the params that params\.yaml has now; run"):
        train.run(load(), CELL)
    assert not paths.run(CELL).exists()
    tune.run(load(), "toy", "gcnn")  # anew: the record is of another search
    train.run(load(), CELL)


def test_a_network_without_parameters_has_nothing_to_tune(workplace: Path) -> None:
    toy_volumes.volume_params()
    variants = {"trilinear": toy_volumes.STUDY["variants"]["trilinear"]}
    search = SEARCH | {"dataset": "isotropic"}
    params = write_study("boxes", toy_volumes.STUDY | {"variants": variants, "tune": search})
    assert tune.told(tune.run(params, "boxes", "trilinear")) == "data/tuned/boxes/trilinear.json: nothing to tune"
    assert [row["status"] for row in table.rows_of(params, "boxes")] == [table.UNTRAINED]
    assert tuned(params, params.cells()) == params


def test_a_shipped_table_holds_params_in_step(workplace: Path) -> None:
    params = _tuned_toy(run=False)
    assert tuned(params, params.cells()) is params  # the values are those of the file
    assert table.rows_of(params, "toy") == []
    with pytest.raises(EquidynError, match="missing"):
        table.write_table(params, "toy")
    for variant in ("gcnn", "consistency"):
        tune.run(params, "toy", variant)
    first = table.write_table(params, "toy").read_bytes()
    rows = table.rows_of(params, "toy")
    assert [row["variant"] for row in rows] == ["consistency"] * 5 + ["gcnn"] * 5
    assert table.write_table(params, "toy").read_bytes() == first

    chosen = {row["variant"]: row for row in rows if row["chosen"]}
    study = TREE["studies"]["toy"] | {"tune": SEARCH | {"run": False}, "variants": {}}
    for name, variant in params.studies["toy"].variants.items():
        rate = {"training": {"learning_rate": chosen[name]["learning_rate"]}}
        study["variants"][name] = variant.model_dump(exclude_unset=True) | rate
    study["variants"]["consistency"]["treatment"]["options"]["weight"] = chosen["consistency"]["value"]
    assert _faults(study, rows) == []
    assert _faults(study, rows[:5]) == ["gcnn: not in the table"]
    assert _faults(study | {"tune": study["tune"] | {"rates": [0.005, 0.01, 0.04]}}, rows) == [
        f"{name}: rates [0.005, 0.01, 0.04]; the table has [0.005, 0.01, 0.02]" for name in ("consistency", "gcnn")
    ]
    for torn in (b"chosen\ntrue\n", first.replace(b"true", b"false"), first.replace(b",0.01,", b",high,")):
        paths.tuned_table("toy").write_bytes(torn)
        with pytest.raises(EquidynError, match=r"tuned/toy\.csv: not a table of tuning .*`equidyn tune toy` writes it"):
            table.rows_of(params, "toy")
    study["variants"]["consistency"]["treatment"]["options"]["weight"] = 7.0
    assert _faults(study, rows) == [f"consistency: value 7.0; the table has {chosen['consistency']['value']}"]


def _faults(study: dict[str, Any], rows: list[table.Row]) -> list[str]:
    return list(table.out_of_step(write_study("toy", study).studies["toy"], rows))


def test_the_report_shows_grid_scores_choice_edges_and_cost(workplace: Path) -> None:
    params = _tuned_toy()
    losing = _trials(0.3, None, 0.2, 0.25, 0.15, rates=[*RATES, 0.0141, 0.0283])
    values = zip(
        _trials(0.3, 0.2, 0.4, 0.1, 0.5, rates=[*RATES, 0.01, 0.01]), [30.0, 30.0, 30.0, 10.0, 100.0], strict=True
    )
    knobbed = [replace(trial, value=value) for trial, value in values]
    rows = []
    for variant, knob, trials in (("gcnn", None, losing), ("consistency", WEIGHT, knobbed)):
        about = {"variant": variant, "knob": knob, "trials": [asdict(one) for one in trials]}
        rows += table.rows_in(about | {"chosen": best(trials), "at_edge": at_edge(trials)})
    variants = ["gcnn", "consistency"]
    runs = pd.DataFrame({"dataset": "sym", "variant": variants, "seed": 1, "validation_rmse": [0.9, 0.1]})
    results = SimpleNamespace(name="toy", settings=params.studies["toy"], trials=rows, variants=variants, history=runs)
    shown = tuning.section(results)
    assert shown.tables[0].rows == [
        ["gcnn", "0.3000", "diverged", "0.2000", "rate 0.0141: 0.2500; rate 0.0283: 0.1500",
         "rate 0.0283 (at the edge)"],
        ["consistency", "0.3000", "0.2000", "0.4000", "weight 10.0: 0.1000; weight 100.0: 0.5000",
         "rate 0.01, weight 10.0"],
    ]  # fmt: skip
    (words,) = shown.text
    assert "learning rates 0.005, 0.01 and 0.02 with its own settings, then 2 more (values of its own knob" in words
    assert "a better one may lie beyond: gcnn." in words and "there are some of gcnn." in words
    assert "stay open: gcnn trains to 0.900, where the trial of its learning rate came to 0.150." in words
    assert "10 trials of up to 2 epochs of 2 steps, at most 40 steps in all, 10.0 s of wall time" in words
    assert tuning.section(SimpleNamespace(trials=[])) is None


WRONG = {
    "no rates": ("tune.rates", [], "tune.rates: needs at least 2 item(s)"),
    "one rate": ("tune.rates", [0.1], "tune.rates: needs at least 2 item(s)"),
    "unsorted rates": ("tune.rates", [0.2, 0.1], "tune.rates: must ascend, each rate once"),
    "a rate twice": ("tune.rates", [0.1, 0.1], "tune.rates: must ascend, each rate once"),
    "unknown dataset": ("tune.dataset", "asym", "tune.dataset = 'asym': not a dataset of this study: sym"),
    "the seed of tuning": ("seeds", [0, 1], "seeds: 0 is the seed of tuning; take others"),
    "no knob": (
        "variants.consistency.tune",
        {"hidden": [1, 2]},
        "no knob; one of options.NAME, relax.options.NAME, treatment.options.NAME",
    ),
    "no such option": ("variants.consistency.tune", {"options.hiden": [1, 2]}, "key 'hiden' (did you mean 'hidden'?)"),
    "no imposition": ("variants.consistency.tune", {"impose.options.a": [1, 2]}, "no knob; one of options.NAME"),
    "a value that cannot be": ("variants.consistency.tune", {"options.kernel": [3, 4]}, "must be odd"),
    "two knobs": (
        "variants.consistency.tune",
        KNOB | {"options.hidden": [1, 2]},
        "consistency.tune: may have at most 1 item(s)",
    ),
    "too few values": ("variants.consistency.tune", {WEIGHT: [1.0]}, "needs 2 different values"),
    "a value twice": ("variants.consistency.tune", {WEIGHT: [1.0, 1.0]}, "needs 2 different values"),
    "no grid": ("tune", None, "variants.consistency.tune: the study has no tune"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_search_is_named_before_any_job(case: str, workplace: Path) -> None:
    key, value, words = WRONG[case]
    study = TREE["studies"]["toy"]
    variants = {"gcnn": study["variants"]["gcnn"], "consistency": CONSISTENT | {"tune": KNOB}}
    assert words in refused(study | {"source": SHARED, "variants": variants, "tune": SEARCH}, key, value)


def test_the_values_of_the_default_study_are_those_that_its_tables_have_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(PROJECT)
    params = load()
    shipped = {name: study for name, study in params.studies.items() if study.tune and not study.tune.run}
    faults = {name: list(table.out_of_step(study, table.rows_of(params, name))) for name, study in shipped.items()}
    assert faults == {name: [] for name in shipped}
    assert {path.stem for path in Path("tuned").glob("*.csv")} == set(shipped)
