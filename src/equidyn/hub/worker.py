"""The Hub's own client, in a process of its own (see client.py): one JSON line in per call, several lines out.

Lines out: {"bytes": n}, new bytes have gone or come, n in all within this call; {"patience": s}, the next sign may take
so long, or as long as usual (null); {"note": ...}, what the Hub has refused, though the client may try again; at last
{"answer": ...}, or {"fault": ..., "words": ...} with the name of the client's exception, UNAUTHORIZED or FORBIDDEN.
"""

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Lock, Thread
from typing import Any

UNAUTHORIZED, FORBIDDEN = "Unauthorized", "Forbidden"  # whatever the exception
_NAMED = {401: UNAUTHORIZED, 403: FORBIDDEN}
_TRIED_AGAIN = {408, 429, 500, 502, 503, 504}  # by the client, after some seconds
_SECONDS_TO_READ = 3600
_SECONDS_TO_COMMIT = 60  # the Hub itself thinks for seconds about a large commit, without a word
_CHUNK = 2**16  # bytes; the client's own 10 MB would hide for minutes that a slow network is alive


class _Signs:
    """Says that there are new bytes, or that a new question was answered. A retry brings nothing new."""

    def __init__(self) -> None:
        self._lock, self._total, self._answered = Lock(), 0, set[tuple[str, str]]()

    def restart(self) -> None:
        self._total, self._answered = 0, set()

    def more(self, count: int) -> None:
        with self._lock:
            self._total += count
            _say({"bytes": self._total})

    def response(self, response: Any) -> None:
        """A hook of the client: told of every response."""
        question = (response.request.method, str(response.request.url))
        if response.status_code in _TRIED_AGAIN:
            _say({"note": _refusal(response)})
        elif response.is_success and question not in self._answered:
            self._answered.add(question)
            self.more(0)


_signs = _Signs()


class _Progress:
    """Passes on how far one file has come, further than before."""

    def __init__(self) -> None:
        self._position = self._furthest = 0

    def move(self, count: float) -> None:
        self._position += int(count)
        if self._position > self._furthest:
            _signs.more(self._position - self._furthest)
            self._furthest = self._position

    def back_to(self, position: int) -> None:
        self._position = position


class _Sent(io.BufferedReader):
    """A file that tells how far it has been read while it is sent."""

    def __init__(self, path: str) -> None:
        super().__init__(io.FileIO(path))
        self._progress = _Progress()

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self._progress.move(len(data))
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        position = super().seek(offset, whence)
        self._progress.back_to(position)
        return position


def _listing(kind: str, repository: str, revision: str) -> dict[str, Any] | None:
    """Path -> {"size", "sha256"} or, of small files, {"size", "git"} (SHA-1 of a git blob); None: no such place."""
    from huggingface_hub import HfApi, errors
    from huggingface_hub.hf_api import RepoFile

    try:
        entries = HfApi().list_repo_tree(repository, recursive=True, revision=revision, repo_type=kind)
        return {entry.path: _told(entry) for entry in entries if isinstance(entry, RepoFile)}
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as fault:
        if fault.response.status_code == 404:
            return None
        raise


def _told(entry: Any) -> dict[str, Any]:
    return {"size": entry.size} | ({"sha256": entry.lfs.sha256} if entry.lfs else {"git": entry.blob_id})


def _fetch(kind: str, repository: str, revision: str, file: str, into: str) -> str | None:
    """Path of the fetched file below the folder `into`; None if the repository has no such file."""
    from huggingface_hub import constants, errors, hf_hub_download

    constants.DOWNLOAD_CHUNK_SIZE = _CHUNK
    where = {"repo_type": kind, "revision": revision, "local_dir": into, "endpoint": constants.ENDPOINT}
    try:
        return hf_hub_download(repository, file, tqdm_class=_bar(), **where)
    except errors.RemoteEntryNotFoundError:
        return None


def _bar() -> type:
    """The client's progress bar, which gives signs, too."""
    from huggingface_hub.utils import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            self.progress = _Progress()
            super().__init__(*args, **options)

        def update(self, n: float | None = 1) -> bool | None:
            self.progress.move(n or 0)
            return super().update(n)

    return Bar


def _create(kind: str, repository: str, revision: str, private: bool) -> None:
    """Make the repository and the branch, unless they are there."""
    from huggingface_hub import HfApi

    api = HfApi()
    api.create_repo(repository, repo_type=kind, private=private or None, exist_ok=True)
    if revision != "main":
        api.create_branch(repository, repo_type=kind, branch=revision, exist_ok=True)


def _commit(kind: str, repository: str, revision: str, message: str, files: dict[str, str]) -> None:
    """Send the files (path there -> path here), and commit them all at once."""
    from huggingface_hub import HfApi

    api, where = HfApi(), {"repo_type": kind, "revision": revision}
    additions = [_addition()(there, here) for there, here in files.items()]
    _say({"patience": _SECONDS_TO_READ})
    for addition in additions:
        addition.upload_info.sha256  # noqa: B018 -- read now, while no server is to blame for the time it takes
    _say({"patience": None})
    api.preupload_lfs_files(repository, additions, free_memory=False, **where)
    _say({"patience": _SECONDS_TO_COMMIT})
    api.create_commit(repository, additions, commit_message=message, **where)


def _addition() -> type:
    """The client's addition to a commit, which gives signs, too."""
    from huggingface_hub import CommitOperationAdd

    class Addition(CommitOperationAdd):
        @contextmanager
        def as_file(self, with_tqdm: bool = False) -> Iterator[io.BufferedIOBase]:
            """Opened anew each time: equal files are one to the Hub, and sent by several threads."""
            with _Sent(self.path_or_fileobj) if with_tqdm else Path(self.path_or_fileobj).open("rb") as file:
                yield file

    return Addition


_ACTIONS: dict[str, Callable[..., Any]] = {"listing": _listing, "fetch": _fetch, "create": _create, "commit": _commit}


def _answered(request: dict[str, Any]) -> dict[str, Any]:
    from huggingface_hub import errors

    _signs.restart()
    try:
        return {"answer": _ACTIONS[request.pop("action")](**request)}
    except Exception as fault:  # whatever goes wrong in the client is told by the other process
        why = fault
        while why.__cause__ and not isinstance(why, errors.HfHubHTTPError):
            why = why.__cause__
        response = getattr(why, "response", None)
        name = _NAMED.get(getattr(response, "status_code", None), type(why).__name__)
        words = _refusal(response) if response is not None else f"{type(why).__name__}: {_first_line(why)}"
        return {"fault": name, "words": words}


def _refusal(response: Any) -> str:
    """The Hub's own words are not quoted: they may repeat what was sent."""
    wait = response.headers.get("Retry-After")
    asks = f", and asks to wait {int(wait)} s" if wait and wait.isdigit() else ""
    return f"it answers {response.status_code} {response.reason_phrase}{asks}"


def _first_line(fault: BaseException) -> str:
    from huggingface_hub import get_token

    line = next(iter(str(fault).strip().splitlines()), "")
    token = get_token()
    return line.replace(token, "***") if token else line


def _say(tree: dict[str, Any]) -> None:
    """One write per line: several threads send files."""
    os.write(sys.stdout.fileno(), (json.dumps(tree) + "\n").encode())


def _main() -> None:
    from huggingface_hub.utils import get_session

    get_session().event_hooks["response"].append(_signs.response)
    _say({"bytes": 0})
    requests: Queue[str] = Queue()
    Thread(target=_read, args=(requests,), daemon=True).start()
    while True:
        _say(_answered(json.loads(requests.get())))


def _read(requests: "Queue[str]") -> None:
    """In a thread of its own: once the other process is gone, even killed, nobody waits for an answer."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


if __name__ == "__main__":
    _main()
