"""What the server of the warm start has ready."""

import subprocess
import sys

PRELOAD = """
import sys
from equidyn.core.params import signatures
from equidyn.core.warm import preload
preload.run()
rooms = ("models", "models/impose", "measures")
called = [signatures.module(room, name) for room in rooms for name in signatures.options(room)]
print([name for name in [*preload.STAGES, *called] if name not in sys.modules], "phi" in sys.modules, end="")
"""


def test_all_that_is_called_by_name_is_ready_but_the_simulator() -> None:
    assert subprocess.check_output([sys.executable, "-c", PRELOAD], text=True) == "[] False"
