"""The report of a variant without parameters: a line in charts, and nothing where there is nothing to train."""

from contextlib import chdir

import pytest
from reporting_studies import params
from reporting_volumes import VARIANTS, upscale, write_volumes

from equidyn.core.params import Params
from equidyn.domains.turbulence.report import cube_relaxation
from equidyn.report.gather import StudyResults, gather
from equidyn.report.report import run
from equidyn.report.sections import checkpoints, convergence, cost, hessian, learning, sharpness


def _study(variants: list[str], seeds: int = 3, levels: tuple[float, ...] = (0.0, 0.5)) -> Params:
    return params(turbulence=upscale(variants, list(levels), seeds))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    """Results of all variants on isotropic and on anisotropic flow."""
    chosen = _study(list(VARIANTS))
    with chdir(tmp_path_factory.mktemp("untrained")):
        write_volumes(chosen)
        return gather(chosen)[0]


def test_a_variant_without_weights_is_a_line_in_charts(study):
    section = learning.section(study)
    assert "Dotted: trilinear, which has nothing to train." in section.pictures[0].caption
    assert "trilinear" in section.tables[0].data["variant"].tolist()


def test_a_variant_without_weights_sets_no_common_score(study):
    common = convergence.common_score(study)
    lowest = study.history[study.history["variant"] != "trilinear"].query("status != 'diverged'")
    worst = lowest.groupby(["dataset", "variant", "seed"])["validation_mae"].min().groupby("dataset").max()
    assert common == pytest.approx(worst.to_dict())
    assert "trilinear" not in convergence.section(study).tables[0].view["variant"].tolist()


def test_a_variant_without_weights_has_no_curvature(study):
    for module in (sharpness, hessian):
        tables = module.section(study).tables
        assert all("trilinear" not in table.view["variant"].tolist() for table in tables), module.TITLE
    assert hessian._rows(study) == [name for name in VARIANTS if name != "trilinear"]


def test_arithmetic_per_parameter_of_no_parameters_is_left_out(study):
    section = cost.section(study)
    view = section.tables[0].view.set_index("variant")
    assert view.loc["trilinear"].tolist() == ["0", "24", "–"]
    (matched,) = [text for text in section.text if text.startswith("Of ")]
    assert matched == "Of the variants that match in parameters, rgcnn-vector does 4.5 times the arithmetic of cnn."


def test_the_early_epoch_is_that_of_trained_networks(study):
    section = checkpoints.section(study)
    assert section.text[0].startswith("Early: weights after epoch 1. Best: weights of the lowest validation MAE")
    assert {"test MAE, early", "test MAE, best"} <= set(section.tables[0].view.columns)


def test_interpolation_alone_makes_a_page(workplace):
    chosen = _study(["trilinear"], 1, (0.0,))
    write_volumes(chosen)
    run(chosen)
    results = gather(chosen)[0]
    for module in (learning, convergence, cost, sharpness, hessian, checkpoints, cube_relaxation):
        assert module.section(results) is None, module.TITLE
