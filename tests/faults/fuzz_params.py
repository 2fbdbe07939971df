"""Mutated params.yaml: each is read as what it says, or refused with a message; never another exception, nor a hang."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from cutdown import FIELDS, SETS, tree
from dvc.utils.serialize import load_yaml
from fuzzing import ended
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from equidyn.core import sources
from equidyn.core.errors import EquidynError
from equidyn.core.params import load, read_yaml
from equidyn.core.params.names import find_cell, find_dataset
from equidyn.core.params.params import Params
from equidyn.core.params.study import as_json
from equidyn.core.params.subtrees import measure_keys, prepare_keys, report_keys, subtree, training_params
from equidyn.core.provenance import digest

PROJECT = Path(__file__).resolve().parents[2]
_NAMES = [
    "kind",
    "value",
    "train",
    "seed",
    "hidden",
    "options",
    "<<",
    "",
    "a/b",
    "../x",
    "-",
    "é",
    "0",
    "null",
    "x" * 300,
]
_NUMBERS = [
    0,
    -1,
    1,
    2,
    3,
    7,
    2**31,
    2**63,
    -(2**63),
    10**400,
    0.0,
    -0.0,
    1e-300,
    1e308,
    0.5,
    float("inf"),
    float("nan"),
]
_TEXTS = [
    "",
    " ",
    "1e-5",
    "1e999",
    "~",
    "yes",
    "0x1F",
    "1:30",
    "best",
    "none",
    "\u0000",
    "\ud7ff",
    "{}",
    "{{}}",
    "%s",
    "a" * 5000,
]
LEAVES = st.one_of(
    st.sampled_from([None, True, False, *_NUMBERS, *_TEXTS]),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4)),
    max_leaves=8,
)
# What YAML makes trouble of: forms that its reader turns into other things, or into too much.
_FORMS = [
    "2001-13-45", "2001-01-01", "!!binary ab", "!!python/object/apply:os.system [true]", "!!set {a}", "!!omap [a: 1]",
    "!!int x", "!!float x", "!!timestamp x", "!!bool x", "&a [*a]", "*nobody", "? [a, b]\n: c", "? {a: b}\n: c",
    "<<: 3", "<<: [3]", "'", '"\\ud800"', '"\\x00"', "\t", "\ufeff", "%YAML 9.9", "---", "...", "|", ">", "[" * 90000,
    "{a: " * 30000, "- " * 30000, "1" * 5000, "0b2", "1_000", "190:20:30", "1e5000", "=", "!", "!<tag>", "@", "`",
]  # fmt: skip


@st.composite
def edited(draw: st.DrawFn, base: dict[str, Any]) -> str:
    """The tree with some of its entries replaced, removed, doubled under another name, or added."""
    made = deepcopy(base)
    for _ in range(draw(st.integers(1, 3))):
        node, key = draw(st.sampled_from(list(_places(made))))
        what = draw(st.sampled_from(["value", "value", "neighbour", "remove", "add", "rename"]))
        if what == "value":
            node[key] = draw(VALUES)
        elif what == "neighbour":
            node[key] = deepcopy(draw(st.sampled_from([other[name] for other, name in _places(made)])))
        elif what == "add" and isinstance(node, dict):
            node[draw(st.sampled_from(_NAMES))] = draw(VALUES)
        elif what == "rename" and isinstance(node, dict):
            node[draw(st.sampled_from(_NAMES))] = node.pop(key)
        else:
            del node[key]
        if not any(True for _ in _places(made)):
            break
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=draw(st.booleans()))


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in list(keys):
        yield node, key
        yield from _places(node[key])


@st.composite
def rewritten(draw: st.DrawFn, text: str) -> bytes:
    """The text with bits turned, parts cut, doubled or exchanged, and forms of YAML put where they do not belong."""
    content = bytearray(text.encode())
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content) - 1)) if content else 0
        stop = min(len(content), start + draw(st.integers(0, 40)))
        what = draw(st.sampled_from(["flip", "cut", "double", "form", "value", "end"]))
        if what == "flip" and content:
            content[start] ^= 1 << draw(st.integers(0, 7))
        elif what == "cut":
            del content[start:stop]
        elif what == "double":
            content[start:start] = content[start:stop]
        elif what == "end":
            del content[start:]
        else:
            colon = content.find(b": ", start)
            place = start if what == "form" or colon < 0 else colon + 2
            content[place:place] = draw(st.sampled_from(_FORMS)).encode("utf-8", "surrogatepass")
    return bytes(content)


def run(count: int, folder: Path, advance: Callable[[], None]) -> list[str]:
    """So many mutated files, the same ones each time; returns how each ended: "read", "told", or what went wrong."""
    ends: list[str] = []
    path = folder / "params.yaml"
    cut, whole = tree(FIELDS, SETS), (PROJECT / "params.yaml").read_text(encoding="utf-8")
    small = yaml.safe_dump(cut, sort_keys=False)
    kinds = {"tree": (edited(cut), 0.55), "text": (rewritten(small), 0.35), "default": (rewritten(whole), 0.1)}
    for mutated, share in kinds.values():

        @settings(
            max_examples=max(1, round(share * count)),
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(mutated)
        def one(content: str | bytes) -> None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            ends.append(ended(lambda: _end(path), content))
            advance()

        one()
    return ends


def _end(path: Path) -> str:
    try:
        params = load(path)
        plan(params)
    except EquidynError as error:
        str(error).encode()  # what is told can be printed
        return "told"
    tree = read_yaml(path)
    if not same(as_json(params), tree):
        return "read as other values than those of the file"
    return "read" if same(load_yaml(path), tree) else "read by DVC as other values"


def plan(params: Params) -> None:
    """What the engines ask of params.yaml before they start a stage."""
    dict(sources.lists(params))
    plain = as_json(params)
    digest(subtree(plain, report_keys(params)))
    for cell in params.cells():
        assert find_cell(params, str(cell)) == cell
        study, dataset = find_dataset(params, f"{cell.study}/{cell.dataset}")
        digest([subtree(plain, prepare_keys(study, dataset)), subtree(plain, measure_keys(cell))])
        digest(training_params(params, cell))


def same(found: Any, wanted: Any) -> bool:
    """Equal values, of equal kinds."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return found.keys() == wanted.keys() and all(same(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(found, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)
