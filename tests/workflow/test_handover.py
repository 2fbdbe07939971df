"""Hand-over between engines: finished outputs are taken over without a job, stale ones are refused."""

from checkout import Checkout


def _make_stale(checkout: Checkout) -> None:
    checkout.set_param("studies.smoke-levels.training.weight_decay", 5e-4)


def test_from_snakemake_to_dvc_and_back(by_snakemake: Checkout) -> None:
    by_snakemake.equidyn("handover", "dvc")
    report = by_snakemake.preset / "reports/report.html"
    cells = list(by_snakemake.preset.glob("data/runs/*/*/*/*/measures.json"))
    assert cells
    assert max(cell.stat().st_mtime_ns for cell in cells) <= report.stat().st_mtime_ns  # equidyn hub push goes by it
    assert "Data and pipelines are up to date" in by_snakemake.dvc("repro")
    by_snakemake.equidyn("handover", "snakemake")
    assert "Nothing to be done" in by_snakemake.snakemake()


def test_from_dvc_to_snakemake(by_dvc: Checkout) -> None:
    by_dvc.equidyn("handover", "snakemake")
    assert "Nothing to be done" in by_dvc.snakemake()


def test_stale_outputs_of_snakemake_are_refused(by_snakemake: Checkout) -> None:
    _make_stale(by_snakemake)
    words = by_snakemake.equidyn("handover", "dvc", status=1)
    assert words.startswith("equidyn: hand-over refused: Snakemake is not done here.")
    assert not list(by_snakemake.preset.rglob("dvc.lock"))


def test_stale_outputs_of_dvc_are_refused(by_dvc: Checkout) -> None:
    _make_stale(by_dvc)
    words = by_dvc.equidyn("handover", "snakemake", status=1)
    assert words.startswith("equidyn: hand-over refused: DVC is not done here.")
    assert "studies/smoke-levels/dvc.yaml:train@eps000-gcnn-1" in words


def test_an_edited_source_is_stale_too(by_dvc: Checkout) -> None:
    by_dvc.edit("src/equidyn/grids/relaxed.py", "banks**-0.5", "(2 * banks) ** -0.5")
    assert "sources" in by_dvc.equidyn("handover", "snakemake", status=1)


def test_nothing_is_handed_over_before_a_run(fresh: Checkout) -> None:
    for engine in ("dvc", "snakemake"):
        assert "hand-over refused" in fresh.equidyn("handover", engine, status=1)
