"""The toy study with variants that only training tells apart: relaxed in many ways, treated, by another optimiser."""

from typing import Any

from toy import toy_params

from equidyn.core.params import Cell, Params
from equidyn.core.params.variant import Variant

ANNEAL, CONSISTENT = Cell("toy", "sym", "relax-anneal", 1), Cell("toy", "sym", "consistency", 1)
TREATMENTS = {"consistency": {"weight": 10.0}, "remul": {"weight": 0.5}, "latent": {"weight": 0.1}}
METHODS = {
    "projection": {"model": "projection", "options": {"alpha": 0.1}},
    "softeq": {"model": "softeq", "options": {}},
    "ace": {"model": "ace", "options": {}},
    "ace-slack": {"model": "ace", "options": {"slack": 1.0}},
    "thaw": {"model": "thaw", "options": {}},
    "gap-gate": {"model": "gap_gate", "options": {}},
}


def params_with_all(norm: str = "none", **training: object) -> Params:
    """`toy_params` with relax-anneal and METHODS (gcnn's size), and the treatments (cnn's)."""
    params = toy_params(**training)
    sizes = {"hidden": 2, "layers": 3, "norm": norm}
    new = {
        ANNEAL.variant: Variant(model="anneal", options=sizes, augment="none"),
        **{name: treated(params, name) for name in TREATMENTS},
        "remul-gradual": treated(params, "remul", gradual=True),
        "muon": Variant(**plain_of(params), training={"optimiser": "muon"}),
    }
    for name, entry in METHODS.items():
        new[name] = Variant(model=entry["model"], options=sizes | entry["options"], augment="none")
    study = params.studies["toy"].model_copy(update={"variants": params.studies["toy"].variants | new})
    return params.model_copy(update={"studies": {"toy": study}})


def treated(params: Params, name: str, **options: Any) -> Variant:
    """The plain variant of the toy study under a treatment."""
    return Variant(**plain_of(params), treatment={"by": name, "options": TREATMENTS[name] | options})


def plain_of(params: Params) -> dict[str, Any]:
    """The plain variant, as params.yaml has it."""
    return params.studies["toy"].variants["cnn"].model_dump(exclude_unset=True)
