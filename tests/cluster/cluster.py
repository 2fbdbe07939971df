"""A real Slurm cluster of one node on loopback, in namespaces of its own: nothing of it outlives the test."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "munged", "unshare", "nsenter", "setpriv")
PACKAGES = "apt-get install --no-install-recommends slurmctld slurmd slurm-client munge"
NAMESPACES = ("--mount", "--pid", "--fork", "--mount-proc", "--kill-child=KILL")
PATIENCE = 30.0  # seconds for the daemons to find each other


def missing() -> str:
    """Why no cluster can be started here, and what to do; empty if one can."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"{', '.join(absent)} not found. On Debian, as root: {PACKAGES}"
    if os.geteuid() != 0:
        return "Slurm's daemons need root: run the tests as root, as in a container"
    if subprocess.run(["unshare", *NAMESPACES, "true"], capture_output=True, check=False).returncode:
        return "no namespace can be made (unshare --mount --pid): run where it is allowed, as in a privileged container"
    return ""


class Cluster:
    """Commands run in it as on a login node."""

    def __init__(self, first: int, state: Path) -> None:
        self._first = first
        self._state = state

    def command(self, *words: str, folder: Path = HERE) -> list[str]:
        """The same command, to be run inside, in `folder`."""
        return ["nsenter", f"--target={self._first}", "--mount", "--pid", "env", f"--chdir={folder}", *words]

    def run(self, *words: str) -> str:
        """Run a short command; returns what it says, or nothing if it fails."""
        ended = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=30, check=False)
        return ended.stdout if ended.returncode == 0 else ""

    def jobs(self, *states: str) -> list[tuple[str, str]]:
        """Number and state of the jobs in these states, or of all."""
        chosen = f"--states={','.join(states) or 'all'}"
        return [tuple(line.split()) for line in self.run("squeue", chosen, "--noheader", "--format=%i %T").splitlines()]

    def message(self) -> str:
        """What the daemons wrote, to be shown if a test fails."""
        return "\n".join(f"{path.name}\n{path.read_text(errors='replace')}" for path in self._state.glob("*.log"))


@contextmanager
def running() -> Iterator[Cluster]:
    """A cluster whose node is idle; all its processes are killed at the end, also if this process is killed."""
    state = _state()
    # The system kills it with this process; and it takes its namespace, the daemons and all jobs with it.
    words = ["setpriv", "--pdeathsig=KILL", "unshare", *NAMESPACES, "sh", str(HERE / "start.sh"), str(state)]
    with (state / "start.log").open("w") as log:
        outer = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield _waited_for(outer, state)
    finally:
        outer.kill()
        outer.wait(timeout=PATIENCE)
        shutil.rmtree(state, ignore_errors=True)


def _state() -> Path:
    """A folder that munge's clients may enter, with its key and Slurm's configuration."""
    state = Path(tempfile.mkdtemp(prefix="equidyn-slurm-"))
    state.chmod(0o755)
    for name in ("etc", "controller", "node"):
        (state / name).mkdir()
    (state / "munge.key").write_bytes(os.urandom(128))
    (state / "munge.key").chmod(0o400)
    controller, node = _free_ports(2)
    configuration = Template((HERE / "slurm.conf").read_text()).substitute(
        state=state,
        host=socket.gethostname().split(".")[0],
        controller_port=controller,
        node_port=node,
    )
    (state / "etc/slurm.conf").write_text(configuration)
    return state


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports


def _waited_for(outer: subprocess.Popen, state: Path) -> Cluster:
    """The cluster as soon as its node is idle."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and outer.poll() is None:
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
        cluster = Cluster(int(children[0]), state) if children else None
        if cluster and cluster.run("sinfo", "--noheader", "--format=%T").strip() == "idle":
            return cluster
        time.sleep(0.2)
    raise AssertionError(Cluster(0, state).message())
