"""The toy study with variants that only training tells apart: relaxed in many ways, treated, by another optimiser."""

from typing import Any

from toy import toy_params

from equidyn.core.params import Cell, Params
from equidyn.core.params.variant import Variant

ANNEAL, CONSISTENT = Cell("toy", "sym", "relax-anneal", 1), Cell("toy", "sym", "consistency", 1)
TREATMENTS = {"consistency": {"weight": 10.0}, "remul": {"weight": 0.5}, "latent": {"weight": 0.1}}
METHODS = {
    "projection": {"by": "projection", "options": {"alpha": 0.1}},
    "rpp": {"by": "rpp"},
    "softeq": {"by": "softeq"},
    "ace": {"by": "ace"},
    "ace-slack": {"by": "ace", "options": {"slack": 1.0}},
    "thaw": {"by": "thaw"},
    "gap-gate": {"by": "gap_gate"},
}


def params_with_all(norm: str = "none", **training: object) -> Params:
    """`toy_params` with relax-anneal and METHODS (gcnn's size), and the treatments (cnn's)."""
    params = toy_params(**training)
    sizes = {"hidden": 2, "layers": 3, "norm": norm}
    new = {
        **{name: treated(params, name) for name in TREATMENTS},
        "remul-gradual": treated(params, "remul", gradual=True),
        "muon": Variant(**plain_of(params), training={"optimiser": "muon"}),
    }
    for name, wanted in ({ANNEAL.variant: {"by": "anneal"}} | METHODS).items():
        new[name] = Variant(model="gcnn", options=sizes, relax=wanted, augment="none")
    study = params.studies["toy"].model_copy(update={"variants": params.studies["toy"].variants | new})
    return params.model_copy(update={"studies": {"toy": study}})


def treated(params: Params, name: str, **options: Any) -> Variant:
    """The plain variant of the toy study under a treatment."""
    return Variant(**plain_of(params), treatment={"by": name, "options": TREATMENTS[name] | options})


def plain_of(params: Params) -> dict[str, Any]:
    """The plain variant, as params.yaml has it."""
    return params.studies["toy"].variants["cnn"].model_dump(exclude_unset=True)
