"""What the server of the warm start has ready."""

import subprocess
import sys
from pathlib import Path

PRESET = Path(__file__).resolve().parents[2] / "presets/test"
PRELOAD = """
import sys
from equidyn.core.params import load
from equidyn.core.warm import preload
preload.run()
called = [name for study in load().studies.values() for name in preload.called_by_name(study)]
assert len(called) > 50
wanted = [*preload.STAGES, preload.COMPILER, *called]
print([name for name in wanted if name not in sys.modules], "phi" in sys.modules, end="")
"""


def test_all_that_is_called_by_name_is_ready_but_the_simulator() -> None:
    assert subprocess.check_output([sys.executable, "-c", PRELOAD], text=True, cwd=PRESET) == "[] False"
