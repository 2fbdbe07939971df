"""The whole of params.yaml, for the domains that it names."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, Union

from pydantic import Discriminator, Field, Tag, create_model, model_validator

from equidyn.core import domain as domains
from equidyn.core.errors import EquidynError
from equidyn.core.params.compatibility import differing_in_capitals
from equidyn.core.params.hub import Hub
from equidyn.core.params.study import Cell, Study, cells_of, study_model
from equidyn.core.params.types import Name, Strict


class Compute(Strict):
    """The machine. These keys may change the last digits of every result, so every cell depends on them."""

    threads: Annotated[int, Field(ge=1, le=1024)] = Field(
        description="threads of a job, as both engines and torch use them"
    )
    device: Literal["auto", "cpu", "cuda"] = Field(description="auto: a GPU if there is one")
    precision: Literal["fp32", "bf16"] = Field(
        description="of training; bf16: faster with AMX or a GPU, for the tasks that allow it"
    )


class Params(Strict):
    """The whole of params.yaml."""

    compute: Compute
    studies: dict[Name, Study] = Field(min_length=1, description="name -> grid")
    pictures: Any = Field(default=None, description="domain without studies -> which pictures of it the report shows")
    claims: dict[str, Any] | None = Field(
        default=None, description="claims of your own, beside those that come with the domains; docs/claims.md"
    )
    hub: Hub | None = Field(default=None, description="where finished cells are shared; docs/hub.md")

    @model_validator(mode="after")
    def _names_differ(self) -> "Params":
        found = list(differing_in_capitals("studies", self.studies))
        if found:
            raise ValueError("; ".join(found))
        return self

    def cells(self) -> Iterator[Cell]:
        """Every training run of every study, in the order of params.yaml; Cell.control says which are controls."""
        return cells_of(self.studies)


def params_model(tree: Any) -> type[Params]:
    """Params with the types of the domains that `tree`, of a params.yaml, names."""
    studies, pictures = (tree.get(key) if isinstance(tree, dict) else None for key in ("studies", "pictures"))
    named = map(_domain, studies.values()) if isinstance(studies, dict) else ()
    drawn = filter(_draws, pictures) if isinstance(pictures, dict) else ()
    return _model(tuple(sorted(set(filter(_trains, named)))), tuple(drawn))  # sorted: typing takes equal unions for one


def full_model() -> type[Params]:
    """Params with the types of all domains that come with equidyn."""
    names = domains.built_in()
    return _model(tuple(filter(_trains, names)), tuple(filter(_draws, names)))


def unknown_domains(tree: Any) -> list[str]:
    """A line for each study that names no domain there is: a message that others about its keys would only hide."""
    studies = tree.get("studies") if isinstance(tree, dict) else None
    entries = (
        {key: entry for key, entry in studies.items() if isinstance(entry, dict)} if isinstance(studies, dict) else {}
    )
    lines = []
    for key, entry in entries.items():
        if "domain" not in entry:
            lines.append(f"studies.{key}.domain: required, but missing; {_choice()}")
        elif not _trains(_domain(entry)):
            lines.append(f"studies.{key}.domain = {entry['domain']!r}: {_choice()}")
    return lines


@cache
def _model(studied: tuple[str, ...], pictured: tuple[str, ...]) -> type[Params]:
    grids = tuple(Annotated[study_model(name), Tag(name)] for name in studied)
    kinds: Any = grids[0] if grids else Study
    if len(grids) > 1:
        kinds = Annotated[Union[grids], Discriminator(_domain, "domain", _choice())]  # noqa: UP007
    shown = {name: (domains.find(name).module("params").Pictures | None, None) for name in pictured}
    pictures = create_model("Pictures", __base__=Strict, **shown)
    about = {key: field.description for key, field in Params.model_fields.items()}
    return create_model(
        "Params",
        __base__=Params,
        __doc__=Params.__doc__,
        studies=(dict[Name, kinds], Field(min_length=1, description=about["studies"])),
        pictures=(pictures | None, Field(default=None, description=about["pictures"])),
    )


def _domain(entry: Any) -> str | None:
    """What an entry of `studies` says of its domain."""
    name = entry.get("domain") if isinstance(entry, dict) else getattr(entry, "domain", None)
    return name if isinstance(name, str) else None


def _choice() -> str:
    trained = ", ".join(filter(_may_train, domains.built_in()))
    return f"one of {trained}, or the dotted path of an importable package with a module params"


def _trains(name: str | None) -> bool:
    """Whether a domain has studies."""
    return name is not None and _offers(name, "Task")


def _may_train(name: str) -> bool:
    """The same, but a domain that is broken, and that nobody may have asked for, is told by what asks for it."""
    try:
        return _trains(name)
    except EquidynError:
        return True


def _draws(name: Any) -> bool:
    """Whether a domain has pictures without studies."""
    return isinstance(name, str) and _offers(name, "Pictures")


@cache
def _offers(name: str, kind: str) -> bool:
    try:
        return hasattr(domains.find(name).module("params"), kind)
    except ValueError:
        return False
