"""What the file claims.yaml of a domain may say, and how the claims of several are put together.

Verdicts and numbers are computed from these files and the measures, by the rules in verdict.py, and are written nowhere
by hand. A test forms, for each seed, the sum of weight x (mean over the datasets of a variant's value), and asks
whether it is less or greater than 0, or none within `matters`. With `form: ratio` it does so for logarithms, and effect
and `matters` are factors. The primary tests of a claim are all but those beside the verdict (decides: false), and
optional ones where the study lacks their variant or dataset. `matters` is the smallest effect that matters: a choice,
made before any result was seen, and explained where it stands. So are references that are no published figures
(`reference_from: here`).
"""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from equidyn.core.domain import Domain, built_in, find
from equidyn.core.errors import EquidynError
from equidyn.core.params import Params, read_yaml
from equidyn.core.params.faults import message
from equidyn.core.params.types import Name, PositiveFloat, Real, Strict

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
DEFINITIONS = ("corrected", "as_published")


class Term(Strict):
    """One cell of a contrast: a variant, averaged over datasets."""

    variant: Name
    datasets: Name = Field(description="symmetric | broken | highest | all, or the name of one dataset")
    weight: Real = Field(default=1.0, description="of this cell in the sum")


class Contrast(Strict):
    """One test: a weighted sum of cells, of which the claim says that it is negative, positive or none."""

    study: Name
    measure: str = Field(description="as in params.yaml")
    quantity: str = Field(description="dotted name of a number in measures.json")
    checkpoint: Literal["best", "early"] = "best"
    factor: Literal["one", "unit", "per_parameter", "multiply_adds"] = Field(
        default="one",
        description="what each value is multiplied by: unit: the measure's own `unit`, for published units; "
        "per_parameter: 1 over the network's parameters; multiply_adds: those of one answer",
    )
    form: Literal["difference", "ratio", "crossover"] = Field(
        default="difference",
        description="ratio: of the logarithms, so that the effect is a factor, 1 being none; crossover: the "
        "exponent, of the number of training samples, by which the level moves at which the second overtakes the first",
    )
    terms: list[Term] = Field(min_length=1)
    reference: Real = Field(default=0.0, description="figure that is taken from the sum [unit]")
    reference_from: Literal["published", "here"] = Field(
        default="published", description="whose figure it is; here: a choice, explained where it stands"
    )
    direction: Literal["less", "greater", "none"] = Field(description="what the claim says of the effect")
    matters: PositiveFloat | None = Field(
        default=None, description="smallest effect that matters: within it, there is none [unit]; of a ratio: a factor"
    )
    rule: Literal["test", "exact"] = Field(
        default="test", description="exact: an identity, or a statement of every run, that one counterexample refutes"
    )
    error: str | None = Field(
        default=None, description="of rule exact: the quantity that bounds the numerical error of each value"
    )
    unit: Words = Field(description="of the effect")
    needs: dict[str, Any] = Field(default={}, description="dotted settings of the study -> their published value")
    least: dict[str, float] = Field(
        default={},
        description="the same, where more will do -> the least; parameters: of the smallest network that is compared",
    )
    decides: bool = Field(default=True, description="false: shown and corrected for, but not part of the verdict")
    optional: bool = Field(default=False, description="true: not part of the verdict where it cannot be run")

    @model_validator(mode="after")
    def _size_and_rule_suit(self) -> "Contrast":
        if self.matters is None and (self.direction == "none" or self.rule == "test"):
            raise ValueError("`matters` is needed: the smallest effect that matters")
        if self.form == "ratio" and self.matters is not None and self.matters <= 1:
            raise ValueError("`matters` of a ratio is a factor above 1")
        if self.error is not None and (self.rule == "test" or self.form == "ratio"):
            raise ValueError("`error` is of differences of rule exact only")
        return self

    @model_validator(mode="after")
    def _terms_suit_form(self) -> "Contrast":
        if self.form == "ratio" and (self.reference or sum(term.weight for term in self.terms)):
            raise ValueError("the weights of a ratio must sum to 0, and it has no reference")
        ends = [(term.weight, term.datasets) for term in self.terms]
        if self.form == "crossover" and ends != [(1, "all"), (-1, "all")]:
            raise ValueError("a crossover is of a strict variant, weight 1, and a free one, weight -1, on all datasets")
        return self

    @property
    def smallest(self) -> float | None:
        """`matters` on the scale of the sample, which is logarithmic in a ratio."""
        return math.log(self.matters) if self.matters and self.form == "ratio" else self.matters

    @property
    def compares(self) -> bool:
        """Whether an effect of 0 is none: not if it is taken from a figure, or weights do not balance."""
        return not self.reference and not sum(term.weight for term in self.terms)


class Claim(Strict):
    """A claim, its evidence, what speaks against that evidence, and how it is tested.

    as_published is an empty list where no document defines the claim otherwise than corrected, in words or in code.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z][1-9][0-9]*$")]
    statement: Words = Field(description="in our words")
    short: str = Field(default="", description="the same in some 45 letters, for a row of a chart; else the statement")
    worth: str = Field(
        default="", description="where its effect says what imposed symmetry is worth: on what data, how"
    )
    source: list[Words] = Field(min_length=1, description="names among `sources`")
    published: Words = Field(description="the published evidence")
    verified: bool = Field(description="false: not read in the source; then nothing of it is printed")
    read: Real | None = Field(
        default=None, description="the effect of its first test by the published figures, as read there [unit]"
    )
    found: Words = Field(description="what confounds the evidence, in one sentence")
    sections: list[Words] = Field(description="titles of the report's sections with its figures and tables")
    corrected: list[Contrast] = Field(min_length=1)
    as_published: list[Contrast] = Field(description="empty: no other definition is known")

    @field_validator("corrected", "as_published")
    @classmethod
    def _something_decides(cls, contrasts: list[Contrast]) -> list[Contrast]:
        if contrasts and not any(contrast.decides and not contrast.optional for contrast in contrasts):
            raise ValueError("it has no primary test: none of its tests decides")
        if len({contrast.study for contrast in contrasts if contrast.decides}) > 1:
            raise ValueError("its primary tests are of several studies; p-values are corrected within one")
        return contrasts

    @property
    def evidence(self) -> str:
        """The published evidence as it is printed: nothing that was not read."""
        return self.published if self.verified else "not read at its source, so not quoted"

    @property
    def brief(self) -> str:
        """The statement for a row of a chart."""
        return self.short or self.statement


class Claims(Strict):
    """The whole data file, or several together."""

    sources: dict[str, Words] = Field(description="short name -> bibliographic entry")
    claims: list[Claim] = Field(min_length=1)

    @field_validator("claims")
    @classmethod
    def _ids_are_unique(cls, claims: list[Claim]) -> list[Claim]:
        ids = [claim.id for claim in claims]
        twice = [name for name in dict.fromkeys(ids) if ids.count(name) > 1]
        if twice:
            raise ValueError(f"the id {twice[0]} stands twice")
        return claims

    @model_validator(mode="after")
    def _sources_are_known(self) -> "Claims":
        for claim in self.claims:
            for name in claim.source:
                if name not in self.sources:
                    raise ValueError(f"the source {name!r} of {claim.id} is not among: {', '.join(self.sources)}")
        return self

    def bibliography(self, claim: Claim) -> str:
        """The sources of a claim in full."""
        return "; ".join(self.sources[name] for name in claim.source)


def claims_for(params: Params) -> Claims:
    """Claims of the studies' domains, in their order, of the others that come with equidyn, and of params.yaml."""
    named = [study.home for study in params.studies.values()]
    return claims_of(dict.fromkeys([*named, *map(find, built_in())]), params.claims)


def claims_of(domains: Iterable[Domain], own: dict[str, Any] | None = None) -> Claims:
    """The claims of these domains together: those whose ids begin with one letter beside each other, by number.

    own: more of them, from params.yaml. Raises EquidynError if one of these is wrong, if two claims have one id, or two
    sources one name but not the same text.
    """
    paths = [domain.folder / "claims.yaml" for domain in domains]
    parts = [read_claims(path) for path in paths if path.exists()]
    parts += [_checked(Path("params.yaml, claims"), own)] if own is not None else []
    claims = [claim for part in parts for claim in part.claims]
    letters = list(dict.fromkeys(claim.id[0] for claim in claims))
    ordered = sorted(claims, key=lambda claim: (letters.index(claim.id[0]), int(claim.id[1:])))
    sources = {name: text for part in parts for name, text in part.sources.items()}
    if any(sources[name] != text for part in parts for name, text in part.sources.items()):
        raise EquidynError("claims: different sources are called by one name; give each its own")
    try:
        return Claims(sources=sources, claims=ordered)
    except ValidationError as fault:
        raise EquidynError(f"claims.yaml of domains, and claims of params.yaml: {fault.errors()[0]['msg']}") from None


def read_claims(path: Path) -> Claims:
    """Read and check a file of claims; raises EquidynError with one message that names every fault."""
    return _checked(path, read_yaml(path))


def _checked(path: Path, tree: Any) -> Claims:
    if not isinstance(tree, dict):
        raise EquidynError(f"{path}: expected a mapping with the keys {', '.join(Claims.model_fields)}")
    try:
        return Claims.model_validate(tree)
    except ValidationError as fault:
        raise EquidynError(message(path, tree, fault)) from None
