"""The toy study with variants that training tells apart: relaxed in many ways, and with an equivariance penalty."""

from toy import toy_params

from equidyn.core.params import Cell, Params
from equidyn.core.params.variant import Variant

ANNEAL, SOFT = Cell("toy", "sym", "relax-anneal", 1), Cell("toy", "sym", "soft", 1)

METHODS = {
    "projection": {"model": "projection", "options": {"alpha": 0.1}},
    "softeq": {"model": "softeq", "options": {}},
    "ace": {"model": "ace", "options": {}},
    "ace-slack": {"model": "ace", "options": {"slack": 1.0}},
    "thaw": {"model": "thaw", "options": {}},
    "gap-gate": {"model": "gap_gate", "options": {}},
}


def params_with_both(penalty: float = 10.0, norm: str = "none", **training: object) -> Params:
    """`toy_params` with relax-anneal and METHODS (gcnn's size) and soft (cnn's)."""
    params = toy_params(**training)
    annealed = {"hidden": 2, "layers": 3, "norm": norm}
    plain = params.studies["toy"].variants["cnn"]
    new = {
        ANNEAL.variant: Variant(model="anneal", options=annealed, augment="none"),
        SOFT.variant: Variant(**plain.model_dump(exclude_unset=True) | {"equivariance_penalty": penalty}),
    }
    sizes = {"hidden": 2, "layers": 3, "norm": norm}
    for name, entry in METHODS.items():
        new[name] = Variant(model=entry["model"], options=sizes | entry["options"], augment="none")
    study = params.studies["toy"].model_copy(update={"variants": params.studies["toy"].variants | new})
    return params.model_copy(update={"studies": {"toy": study}})
