"""One file of a dataset repository on the Hugging Face Hub, at a pinned commit; from the local cache if it is there."""

import sys
from pathlib import Path

from equidyn.core.data import hub_client
from equidyn.core.errors import EquidynError


class UnavailableError(EquidynError):
    """Neither the cache nor the network provides the file; another source may."""


def cached(repository: str, revision: str, file: str) -> Path | None:
    """Path of the file in the local cache, which is only read; None if it is not there."""
    from huggingface_hub import constants, try_to_load_from_cache

    found = try_to_load_from_cache(
        repository, file, cache_dir=constants.HF_HUB_CACHE, revision=revision, repo_type="dataset"
    )
    return Path(found) if isinstance(found, str) else None


def fetch(
    repository: str, revision: str, file: str, key: str = "source.file", instead: str | None = "source.path"
) -> Path:
    """Path in the local cache of one file of the dataset `repository` (owner/name) at commit `revision` (40 digits).

    key: the key of params.yaml that names the file. instead: the one that may name a local file in its place, if any.
    Environment: HF_HUB_CACHE, HF_HUB_OFFLINE, HF_ENDPOINT, HF_TOKEN and the proxy variables. Raises UnavailableError,
    which says what to do, if the file is not in the cache and cannot be fetched.
    """
    from huggingface_hub import constants

    found = cached(repository, revision, file)
    if found is not None:
        return found
    cache, wanted = constants.HF_HUB_CACHE, f"{file} of the dataset {repository} at {revision}"
    try:
        hub_client.connect()
        print(f"fetching {wanted} from {hub_client.endpoint()} into {cache}", file=sys.stderr, flush=True)
        with hub_client.client(repository=repository, revision=revision, file=file) as client:
            place = {"repo_type": "dataset", "revision": revision, "cache_dir": cache}
            return Path(client.hf_hub_download(repository, file, **place))
    except hub_client.HubError as fault:
        local = f"give a local file as {instead}, or " if instead else ""
        raise UnavailableError(
            f"{wanted} ({key}) is not in the cache {cache}, and was not fetched: {fault}. Try again, or {local}set "
            "HF_HUB_CACHE to a cache that holds it"
        ) from None
