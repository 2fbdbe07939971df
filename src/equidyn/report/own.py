"""What a domain says of its own studies: modules of its report/ that are called as the parts of the report here.

wording     wording(task) -> Wording
overview    facts(studies) -> list of Fact; TERMS: term -> its definition, for readers
data        words(results) -> paragraphs; CHECKS: check -> Check; pictures(results)
variants    imposed(study, variant, strict), published_parameters(study, variant), words(frame) -> paragraphs
All of them, and each of their names, may be missing.
"""

from functools import cache
from types import ModuleType
from typing import Any

from equidyn.core.domain import Domain


def own(domain: Domain, part: str, name: str, default: Any) -> Any:
    """What module `part` of a domain's report calls `name`; `default` where there is none."""
    return getattr(_module(domain, part), name, default)


@cache
def _module(domain: Domain, part: str) -> ModuleType | None:
    return domain.module("report", part) if domain.has("report", part) else None
