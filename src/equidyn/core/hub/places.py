"""Where a dataset or a run lies that somebody names: a folder here, or a repository on the Hub."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from equidyn.core.data import hub_client
from equidyn.core.errors import EquidynError
from equidyn.core.hub.item import RepositoryKind


def on_hub(kind: RepositoryKind, repository: str, patterns: list[str], revision: str | None, cache: Any) -> Path:
    """The files of a repository that match, in the client's cache; offline, those that are there already.

    Raises HubError if the Hub does not provide them.
    """
    from huggingface_hub import constants
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    if not constants.is_offline_mode():
        hub_client.connect()
    with hub_client.client(kind=kind, repository=repository, revision=revision or "main") as client:
        options = {"repo_type": kind, "revision": revision, "allow_patterns": patterns, "cache_dir": cache}
        return Path(client.snapshot_download(repository, **options))


def chosen(kind: str, root: Path, file: str, name: str, place: str) -> str:
    """The folder below `root` that has `file`, and that `name` means: cut short, as far as only one fits.

    Raises EquidynError that says what there is.
    """
    found = sorted(path.parent.relative_to(root).as_posix() for path in root.glob(f"{kind}s/**/{file}"))
    whole = f"{kind}s/{name.strip('/').removeprefix(f'{kind}s/')}".rstrip("/")
    for fits in (_same, _one_below, _below):
        fitting = [folder for folder in found if fits(folder, whole)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise EquidynError(f"{place}: several {kind}s fit {name or 'no name'}; say which: {_listed(fitting)}")
    raise EquidynError(f"{place}: there is no {kind} {name}; there are: {_listed(found) or 'none'}")


def _same(folder: str, name: str) -> bool:
    return folder == name


def _one_below(folder: str, name: str) -> bool:
    """Apart from the address: so a run is meant, not its control, which lies below it."""
    return folder.rpartition("/")[0] == name


def _below(folder: str, name: str) -> bool:
    return folder.startswith(f"{name}/")


def _listed(folders: Sequence[str], most: int = 12) -> str:
    return ", ".join(folders[:most]) + (f" and {len(folders) - most} more" if len(folders) > most else "")
