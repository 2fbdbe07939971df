"""Code blocks of documentation, so that tests run what readers copy."""

import re
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[1]


class Block(NamedTuple):
    """language: "" for commands that are shown only; file: whose content it is; more: it is added to it."""

    language: str
    file: str
    more: bool
    text: str


def blocks(page: str) -> list[Block]:
    """Those of a page, by its path from the root, in order."""
    text = (PROJECT / page).read_text(encoding="utf-8")
    found = re.findall(r'^```(\w*)(?: title="(.*?)(, at its end)?")?\n(.*?)^```$', text, re.M | re.S)
    return [Block(language, file, bool(more), text) for language, file, more, text in found]
