"""What of YAML params.yaml does without, so that Snakemake and DVC run the same study.

Our reader, which the stages and Snakemake use, knows YAML 1.1; DVC's knows YAML 1.2, and takes 010 for ten, not for
eight. And DVC changes an aliased mapping in every place at once (`dvc exp run --set-param`), or in none.
"""

import re
from collections.abc import Iterator

import yaml

# Scalars without quotes that are no text, and the same in both. An exponent alone (1e-5) is a number to our reader too.
FLOAT = r"[-+]?(?:[0-9]+\.?[0-9]*[eE][-+]?[0-9]+|[0-9]+\.[0-9]*)|\.[0-9]+(?:[eE][-+][0-9]+)?"
_ALIKE = re.compile(
    rf"[-+]?(?:0|[1-9][0-9]*|0x[0-9a-fA-F]+)|{FLOAT}|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    r"|true|True|TRUE|false|False|FALSE|~|null|Null|NULL|"
)
_NOT_TEXT_LATER = re.compile(r"[-+]?0o[0-7_]+|[-+]?[0-9][0-9_]*\.?[0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+|[-+]?[0-9_]+")
_NOT_TEXT = yaml.CSafeLoader.yaml_implicit_resolvers  # first character -> [(tag, pattern)]
TEXT = "tag:yaml.org,2002:str"


def faults(event: yaml.Event) -> Iterator[str]:
    """What is wrong with a part of the file, with its line."""
    line = f"line {event.start_mark.line + 1}: "
    if isinstance(event, yaml.AliasEvent):
        yield f"{line}alias *{event.anchor}: DVC would change all its places at once; write the values out"
    elif getattr(event, "tag", None) not in (None, TEXT):
        yield f"{line}{_shown(event.tag)!r}: YAML's readers differ in tags; write the value without, text in quotes"
    elif isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.tag is None:
        if event.value == "<<":
            yield f"{line}merge key <<: DVC would change all its places at once; write the values out"
        elif _differs(event.value):
            yield (
                f"{line}{event.value!r}: YAML's readers differ in it; write digits without 0 in front, _ or :, true or "
                "false, and text in quotes"
            )


def no_text(text: str) -> bool:
    """Whether text without quotes is a number, true, false or null to all readers."""
    return _ALIKE.fullmatch(text) is not None


def _differs(text: str) -> bool:
    if no_text(text):
        return False
    patterns = _NOT_TEXT.get(text[:1], ())
    return any(pattern.match(text) for _, pattern in patterns) or _NOT_TEXT_LATER.fullmatch(text) is not None


def _shown(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
