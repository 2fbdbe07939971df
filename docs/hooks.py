"""What the pages need beside docs/*.md: files of the root, the notebook, colours of code, docstrings as Markdown."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import griffe
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pygments.formatters import HtmlFormatter

ROOT = Path(__file__).resolve().parents[1]
OF_THE_ROOT = {
    "contributing.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
    "changelog.md": "CHANGELOG.md",
    "benchmarks.md": "benchmarks/README.md",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """MkDocs calls it when it has found the files of docs/."""
    made = {page: as_page((ROOT / source).read_text(encoding="utf-8")) for page, source in OF_THE_ROOT.items()}
    made["notebook.md"] = notebook((ROOT / "docs/notebook.ipynb").read_text(encoding="utf-8"))
    made["assets/code.css"] = colours()
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_content(html: str, *, page: Page, **_: Any) -> None:
    """MkDocs calls it with each page as HTML. A block whose first line it cannot read stays as it was typed."""
    if "```" in html:
        logging.getLogger("mkdocs.hooks").warning("%s: a block of code is not read as one", page.file.src_uri)


def as_page(text: str) -> str:
    """A file of the root with its links as they are from a page beside the others."""
    text = re.sub(r"\]\((?:\.\./)*docs/", "](", text)
    for page, source in OF_THE_ROOT.items():
        text = text.replace(f"]({source})", f"]({page})")
    return text


def notebook(text: str) -> str:
    """A notebook as Markdown: its text, its code, and below each cell what it printed."""
    parts = ["[The notebook as a file](notebook.ipynb), to run."]
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        parts += [f"```text\n{said(output)}\n```" for output in cell.get("outputs", [])]
    title = parts.pop(1)  # the first cell begins with it
    return "\n\n".join([title, *parts])


def said(output: dict[str, Any]) -> str:
    """What one output of a cell says, as text."""
    return "".join(output.get("text") or output["data"]["text/plain"]).rstrip()


def colours() -> str:
    """Pygments' colours of code, on light and on dark pages."""
    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs("[data-bs-theme=dark] .highlight")
    return f"{light}\n{dark}\n"


class Docstrings(griffe.Extension):
    """Docstrings as this project writes them: `name: what it is` lines as a list, examples as code."""

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        """Griffe calls it for each function."""
        _rewrite(func, [parameter.name for parameter in func.parameters])

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Griffe calls it for each class, when its members are known."""
        _rewrite(cls, list(cls.members))


def _rewrite(what: griffe.Object, names: list[str]) -> None:
    if what.docstring:
        what.docstring.value = as_markdown(what.docstring.value, names)


def as_markdown(text: str, names: list[str]) -> str:
    """names: what a line may begin with to be an item of a list: `a: ...`, or `a, b: ...`."""
    text = re.sub(r"(?m)((?:^>>> .*\n?)(?:^.+\n?)*)", r"```pycon\n\1\n```\n", text)
    one = "|".join(map(re.escape, names))
    head = re.compile(rf"(?m)^((?:{one})(?:, (?:{one}))*): ")
    return "\n\n".join(_listed(block, head) if names else block for block in text.split("\n\n"))


def _listed(block: str, head: re.Pattern[str]) -> str:
    """A paragraph whose lines from the first such head on are items, with lines that go on indented."""
    first = head.search(block)
    if first is None or block.startswith("```"):
        return block
    before, *items = head.split(block)
    bullets = [
        f"- **{name}**: {words.rstrip().replace(chr(10), chr(10) + 4 * ' ')}"
        for name, words in zip(items[::2], items[1::2], strict=True)
    ]
    return "\n".join([before, *bullets])
