"""docs/tutorial.md as a reader follows it: files as they stand there, commands in their order."""

import re
from pathlib import Path

import pandas as pd
from checkout import Checkout
from pages import Block, blocks


class Reader:
    """Types what the page says into one shell after the other; variables that were exported stay."""

    def __init__(self, root: Path) -> None:
        self.checkout = Checkout.fresh(root)
        self.exported = ""

    def follow(self, block: Block) -> str:
        """What the commands of a block say; "" for a file, which is written."""
        if block.file:
            path = self.checkout.root / block.file
            path.write_text((f"{path.read_text()}\n" if block.more else "") + block.text)
            return ""
        self.exported += "".join(re.findall(r"^export .*\n", block.text, re.M))
        return self.checkout.run("bash", "-ec", f"{self.exported}{block.text}")


def test_the_tutorial_ends_with_a_report_that_has_the_claim(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "checkout")
    page = [block for block in blocks("docs/tutorial.md") if block.language]
    study = [block for block in page if "measure.py" not in block.file + block.text]
    _, _, _, first, _, second = [reader.follow(block) for block in study]
    tables = reader.checkout.root / "presets/mine/reports/tables"
    assert "params.yaml is valid: 12 training runs" in first
    assert first.count("Training plumes/") == first.count("Measuring plumes/") == 12
    assert "Training" not in second and "Writing the report" in second
    assert set(pd.read_csv(tables / "plumes--runs.csv")["variant"]) == {"mine", "gcnn"}
    assert "U1" in set(pd.read_csv(tables / "claims.csv")["id"])
