"""Writing a folder so that it is there whole, or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from equidyn.errors import EquidynError


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `path`; it takes the place of `path` only if the block ends without an error."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
        temporary.chmod(0o755)  # mkdtemp makes it private
        yield temporary
        if path.exists():
            shutil.rmtree(path)
        temporary.rename(path)
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be written ({fault.strerror or fault}); nothing was left behind") from fault
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
