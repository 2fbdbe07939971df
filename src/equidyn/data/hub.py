"""One file of a dataset repository on the Hugging Face Hub, at a pinned commit.

A file that the local cache holds is used as it is, without any network. The Hub's own client waits for minutes where
no packet comes back, so it is asked only after the endpoint, or the proxy before it, was seen to answer.
"""

import socket
import sys
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from equidyn.errors import EquidynError

PROBE_SECONDS = 3.0
_PORTS = {"https": 443, "http": 80}


def fetch(repository: str, revision: str, file: str) -> Path:
    """Path in the local cache of one file of the dataset `repository` (owner/name) at commit `revision` (40 digits).

    Environment: HF_HUB_CACHE, HF_HUB_OFFLINE, HF_ENDPOINT and the proxy variables count, as for every user of the Hub.
    Raises EquidynError if there is no such file, or if neither cache nor network has it.
    """
    from huggingface_hub import constants, try_to_load_from_cache

    cached = try_to_load_from_cache(repository, file, revision=revision, repo_type="dataset")
    if isinstance(cached, str):
        return Path(cached)
    wanted = f"{file} of the dataset {repository} at {revision}"
    if constants.is_offline_mode():
        raise EquidynError(_absent(wanted, "HF_HUB_OFFLINE forbids to fetch it", constants.HF_HUB_CACHE))
    silence = _silence(constants.ENDPOINT)
    if silence:
        raise EquidynError(_absent(wanted, f"{constants.ENDPOINT} does not answer ({silence})", constants.HF_HUB_CACHE))
    print(f"fetching {wanted} from {constants.ENDPOINT} into {constants.HF_HUB_CACHE}", file=sys.stderr, flush=True)
    return _downloaded(repository, revision, file)


def _absent(wanted: str, reason: str, cache: str) -> str:
    return (
        f"{wanted}: not in the cache {cache}, and {reason}. Fetch the file on a machine that can, and give its place "
        "as source.path; or set HF_HUB_CACHE to a cache that holds it"
    )


def _downloaded(repository: str, revision: str, file: str) -> Path:
    """Ask the client, and put its refusals into our words."""
    from huggingface_hub import errors, hf_hub_download

    page = f"see its page, datasets/{repository}"
    try:
        return Path(hf_hub_download(repository, file, repo_type="dataset", revision=revision))
    except errors.GatedRepoError:
        fault = f"source.repository: {repository} asks for permission first; get it on its page, then set HF_TOKEN"
    except errors.RepositoryNotFoundError:
        fault = f"source.repository: there is no public dataset {repository} on the Hub (private ones need HF_TOKEN)"
    except errors.RevisionNotFoundError:
        fault = f"source.revision: {repository} has no commit {revision}; {page}/commits/main"
    except errors.RemoteEntryNotFoundError:
        fault = f"source.file: {repository} has no file {file} at {revision}; {page}/tree/{revision}"
    except (errors.HTTPError, errors.EntryNotFoundError, OSError) as broken:
        fault = (
            f"{file} of the dataset {repository}: not fetched ({_first_line(broken)}); try again, or use source.path"
        )
    raise EquidynError(fault)


def _first_line(fault: Exception) -> str:
    return (str(fault).strip() or type(fault).__name__).splitlines()[0]


def _silence(endpoint: str) -> str | None:
    """Why nothing answers at the endpoint, or at the proxy through which it is reached; None if something does."""
    answers: Queue[str | None] = Queue()
    Thread(target=lambda: answers.put(_connect(*_address(endpoint))), daemon=True).start()
    try:  # in a thread of its own: looking up a name knows no time limit
        return answers.get(timeout=PROBE_SECONDS)
    except Empty:
        return f"nothing within {PROBE_SECONDS:g} s"


def _connect(host: str, port: int) -> str | None:
    try:
        socket.create_connection((host, port), timeout=PROBE_SECONDS).close()
    except OSError as fault:
        return fault.strerror or str(fault)
    return None


def _address(endpoint: str) -> tuple[str, int]:
    """Host and port of the first machine on the way to `endpoint`."""
    there = urlsplit(endpoint)
    proxy = getproxies().get(there.scheme)
    if proxy and not proxy_bypass(there.hostname or ""):
        there = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return there.hostname or "", there.port or _PORTS.get(there.scheme, 80)
