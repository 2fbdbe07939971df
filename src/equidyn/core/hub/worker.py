"""What the Hub's client does for a push or a pull, in the process of core/data/hub_worker.py: list, make, fetch, commit.

Run, never imported: the client takes a second to load.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huggingface_hub import CommitOperationAdd, HfApi, errors
from huggingface_hub.hf_api import RepoFile

from equidyn.core.data.hub_worker import Progress, fetch, say, serve

_SECONDS_TO_READ = 3600
_SECONDS_TO_COMMIT = 60  # the Hub itself thinks for seconds about a large commit, without a word


def _listing(kind: str, repository: str, revision: str) -> dict[str, Any] | None:
    """Path -> {"size", "sha256"} or, of small files, {"size", "git"} (SHA-1 of a git blob); None: no such place."""
    try:
        entries = HfApi().list_repo_tree(repository, recursive=True, revision=revision, repo_type=kind)
        return {entry.path: _told(entry) for entry in entries if isinstance(entry, RepoFile)}
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as fault:
        if fault.response.status_code == 404:
            return None
        raise


def _told(entry: RepoFile) -> dict[str, Any]:
    return {"size": entry.size} | ({"sha256": entry.lfs.sha256} if entry.lfs else {"git": entry.blob_id})


def _create(kind: str, repository: str, revision: str, private: bool) -> None:
    """Make the repository and the branch, unless they are there."""
    api = HfApi()
    api.create_repo(repository, repo_type=kind, private=private or None, exist_ok=True)
    if revision != "main":
        api.create_branch(repository, repo_type=kind, branch=revision, exist_ok=True)


def _commit(kind: str, repository: str, revision: str, message: str, files: dict[str, str]) -> None:
    """Send the files (path there -> path here), and commit them all at once."""
    api, where = HfApi(), {"repo_type": kind, "revision": revision}
    additions = [_Addition(there, here) for there, here in files.items()]
    say({"patience": _SECONDS_TO_READ})
    for addition in additions:
        addition.upload_info.sha256  # noqa: B018 -- read now, while no server is to blame for the time it takes
    say({"patience": None})
    api.preupload_lfs_files(repository, additions, free_memory=False, **where)
    say({"patience": _SECONDS_TO_COMMIT})
    api.create_commit(repository, additions, commit_message=message, **where)


class _Addition(CommitOperationAdd):
    """The client's addition to a commit, which gives signs, too."""

    @contextmanager
    def as_file(self, with_tqdm: bool = False) -> Iterator[io.BufferedIOBase]:
        """Opened anew each time: equal files are one to the Hub, and sent by several threads."""
        with _Sent(self.path_or_fileobj) if with_tqdm else Path(self.path_or_fileobj).open("rb") as file:
            yield file


class _Sent(io.BufferedReader):
    """A file that tells how far it has been read while it is sent."""

    def __init__(self, path: str) -> None:
        super().__init__(io.FileIO(path))
        self._progress = Progress()

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self._progress.move(len(data))
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        position = super().seek(offset, whence)
        self._progress.back_to(position)
        return position


if __name__ == "__main__":
    serve(listing=_listing, create=_create, fetch=fetch, commit=_commit)
