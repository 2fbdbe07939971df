"""One file of a dataset repository on the Hugging Face Hub, at a pinned commit.

A file that the local cache holds is used as it is, without any network. The Hub's own client waits for minutes where
no packet comes back, so it is asked only after the endpoint, or the proxy before it, was seen to answer, and watched
while it works (core/data/hub_process.py).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from equidyn.core.data import hub_endpoint, hub_worker
from equidyn.core.data.hub_process import ClientError, Process
from equidyn.core.errors import EquidynError

# What the client's refusals mean, by the name of its exception or by the status; the first that fits counts.
_REFUSALS = {
    "GatedRepoError": (
        "source.repository: {repository} asks for permission first; get it on its page, then set HF_TOKEN"
    ),
    "RepositoryNotFoundError": (
        "source.repository: there is no public dataset {repository} on the Hub (private ones need HF_TOKEN)"
    ),
    "RevisionNotFoundError": (
        "source.revision: {repository} has no commit {revision}; see its page, datasets/{repository}/commits/main"
    ),
    401: (
        "source.repository: the Hub does not show {repository} to you (401): it is private, or the token is wrong; "
        "see HF_TOKEN"
    ),
}
_NO_FILE = "{key}: {repository} has no file {file} at {revision}; see its page, datasets/{repository}/tree/{revision}"


class UnavailableError(EquidynError):
    """A file that neither the cache nor the network has: another source may serve, where there is one."""


def cached(repository: str, revision: str, file: str) -> Path | None:
    """Path of the file in the local cache; None if it is not there."""
    from huggingface_hub import constants, try_to_load_from_cache

    found = try_to_load_from_cache(
        repository, file, cache_dir=constants.HF_HUB_CACHE, revision=revision, repo_type="dataset"
    )
    return Path(found) if isinstance(found, str) else None


def fetch(
    repository: str, revision: str, file: str, key: str = "source.file", instead: str | None = "source.path"
) -> Path:
    """Path in the local cache of one file of the dataset `repository` (owner/name) at commit `revision` (40 digits).

    key: that of params.yaml which names the file. instead: the one that may name a file on this machine in its place;
    None if there is none. Environment: HF_HUB_CACHE, HF_HUB_OFFLINE, HF_ENDPOINT and the proxy variables count, as for
    every user of the Hub. Raises UnavailableError if there is no such file, or if neither cache nor network has it.
    """
    from huggingface_hub import constants

    found = cached(repository, revision, file)
    if found is not None:
        return found
    wanted = f"{file} of the dataset {repository} at {revision}"
    if constants.is_offline_mode():
        raise UnavailableError(_absent(wanted, "HF_HUB_OFFLINE forbids to fetch it", instead))
    reason = hub_endpoint.silence()
    if reason:
        raise UnavailableError(_absent(wanted, f"{hub_endpoint.shown()} does not answer ({reason})", instead))
    with _sole_fetcher(repository, wanted):
        return cached(repository, revision, file) or _fetched(repository, revision, file, key, instead)


def _absent(wanted: str, reason: str, instead: str | None) -> str:
    from huggingface_hub import constants

    place = f"give its place as {instead}; or " if instead else ""
    return (
        f"{wanted}: not in the cache {constants.HF_HUB_CACHE}, and {reason}. Fetch the file on a machine that can, and "
        f"{place}set HF_HUB_CACHE to a cache that holds it"
    )


@contextmanager
def _sole_fetcher(repository: str, wanted: str) -> Iterator[None]:
    """Hold the lock of the repository's part of the cache: two datasets may be prepared from one file at a time."""
    from huggingface_hub import constants

    cache = Path(constants.HF_HUB_CACHE)
    lock = FileLock(cache / ".locks" / f"equidyn--{repository.replace('/', '--')}.lock")
    try:
        Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
        _acquire(lock, wanted)
    except OSError as fault:
        raise UnavailableError(
            f"{wanted}: not in the cache {cache}, which cannot be written ({fault.strerror or fault}). Set "
            "HF_HUB_CACHE to a folder that can, or to a cache that holds it"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, wanted: str) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(f"{wanted}: another process is fetching it; waiting for that", file=sys.stderr, flush=True)
        lock.acquire(timeout=-1)


def _fetched(repository: str, revision: str, file: str, key: str, instead: str | None) -> Path:
    """Ask the client, and put its refusals into our words."""
    from huggingface_hub import constants

    cache, endpoint, wanted = constants.HF_HUB_CACHE, hub_endpoint.shown(), f"{file} of the dataset {repository}"
    named = {"repository": repository, "revision": revision, "file": file}
    print(f"fetching {wanted} at {revision} from {endpoint} into {cache}", file=sys.stderr, flush=True)
    try:
        with Process(hub_worker.__name__) as client:
            path = client.call("fetch", kind="dataset", **named, cache_dir=cache)
    except ClientError as fault:
        refusal = fault.first_of(_REFUSALS)
        place = f"use {instead}" if instead else "set HF_HUB_CACHE to a cache that holds it"
        other = f"{wanted}: not fetched from {endpoint} ({fault}); try again, or {place}"
        raise UnavailableError(refusal.format(**named) if refusal else other) from None
    if path is None:
        raise UnavailableError(_NO_FILE.format(**named, key=key))
    return Path(path)
