"""The warm start: a job in a fork of the server is the job that it would have been, or it runs by itself.

On a copy of the package whose stages do what the file job.py of the working folder says, and import nothing heavy.
"""

import compileall
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from equidyn.core.params import read_yaml

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "src/equidyn"
CELL = "smoke-levels/eps000/gcnn/1"
TRAIN = f"equidyn train {CELL}"
STAGES = {
    "core/training/train.py": "params, cell",
    "core/measures/measure.py": "params, cell",
    "core/data/prepare.py": "params, *names",
}
# A module that was imported by another process than the one that runs it was imported by the server.
STAGE = '''"""A stage of this test."""
import os
from pathlib import Path
import equidyn.core.params
IMPORTER = os.getpid()
def run({arguments}):
    exec(Path("job.py").read_text())
    return "alone" if os.getpid() == IMPORTER else "warm"
'''


class Place:
    """A working folder with the test preset's params.yaml, and the copy of the package."""

    def __init__(self, folder: Path, package: Path) -> None:
        self.folder, self._started = folder, []
        shutil.copytree(package, folder / "src/equidyn")
        tree = read_yaml(PROJECT / "presets/test/params.yaml")
        study = tree["studies"]["smoke-levels"]
        study |= {"seeds": [1, 2], "source": study["source"] | {"blocks": 2}}
        (folder / "params.yaml").write_text(json.dumps(tree | {"studies": {"smoke-levels": study}}))
        self.job("")

    def job(self, text: str) -> None:
        """What the stages do."""
        (self.folder / "job.py").write_text(text)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in the folder."""
        environment = {name: value for name, value in os.environ.items() if name != "EQUIDYN_WARM"} | {
            "PYTHONPATH": str(self.folder / "src"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        alone = {"start_new_session": True, "preexec_fn": _interruptible}
        process = subprocess.Popen(command, cwd=self.folder, env=environment, text=True, **alone, **pipes)
        self._started.append(process)
        return process

    def stop(self) -> None:
        """End what a failed test has left running, and what it has left open."""
        for process in self._started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=20)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder to its end."""
        process = self.start(*command)
        words, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess(command, process.returncode, words, errors)

    def warm(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a shell script under `equidyn warm`."""
        return self.run("equidyn", "warm", "bash", "-c", script)

    def message(self, name: str) -> str:
        """The text of a file that a job writes, once it is there."""
        _wait(lambda: (self.folder / name).exists() and bool((self.folder / name).read_text()))
        return (self.folder / name).read_text()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the stages of this test, compiled once for all."""
    folder = tmp_path_factory.mktemp("package") / "equidyn"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for stage, arguments in STAGES.items():
        (folder / stage).write_text(STAGE.format(arguments=arguments))
    preload = folder / "core/warm/preload.py"
    stages = [f"equidyn.{stage[:-3].replace('/', '.')}" for stage in STAGES]
    without_torch = f"STAGES = {stages}\ndef called_by_name(study):\n    return []\n"
    preload.write_text(f"{preload.read_text()}\n{without_torch}")
    compileall.compile_dir(folder, quiet=2)
    return folder


def _interruptible() -> None:
    """A shell ignores Ctrl-C in what it starts in the background, and so would all that the tests start there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def place(tmp_path: Path, package: Path) -> Iterator[Place]:
    place = Place(tmp_path, package)
    yield place
    place.stop()


def test_a_job_has_what_its_client_has(place: Place) -> None:
    place.job("import sys; print(Path.cwd().name, sys.argv[1:], os.environ['DVC_STAGE'], sys.stdin.read(), end=' ')\n")
    for letter in "ab":
        (place.folder / letter).mkdir()
        for name in ("params.yaml", "job.py"):
            shutil.copy(place.folder / name, place.folder / letter)
    answer = place.warm(f"for s in a b; do (cd $s; echo -n to-$s | DVC_STAGE=$s {TRAIN} >out 2>&1); done")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    for letter in "ab":
        assert (
            place.folder / letter / "out"
        ).read_text() == f"{letter} ['train', '{CELL}'] {letter} to-{letter} warm\n"


def test_status_and_errors_pass_through(place: Place) -> None:
    place.job("exec(os.environ['DVC_STAGE'])")
    jobs = ("raise SystemExit(7)", "os.kill(os.getpid(), 9)", "raise ValueError('a fault')", "print('words')", "1 / 0")
    answer = place.warm("\n".join(f'DVC_STAGE="{job}" {TRAIN}; echo $?' for job in jobs))
    assert answer.stdout.split() == ["7", "137", "1", "words", "warm", "0", "1"]
    assert answer.stderr.count("Traceback") == 2
    assert "\nValueError: a fault\n" in answer.stderr
    assert answer.stderr.endswith("\nZeroDivisionError: division by zero\n")


def test_messages_are_the_same(place: Place) -> None:
    commands = (
        "equidyn train smoke-levels/eps000/gcn/1",
        "equidyn train",
        "equidyn prepare --no",
        "equidyn measure 1 2",
    )
    script = "\n".join(f"{command} 2>&1; echo $?" for command in commands)
    alone, warm = place.run("bash", "-c", script), place.warm(script)
    assert "gcn" in alone.stdout
    assert (alone.stdout, alone.stderr) == (warm.stdout, warm.stderr)


def test_stages_are_served_and_nothing_else(place: Place) -> None:
    answer = place.warm(f"equidyn measure {CELL}; equidyn prepare smoke-levels/eps000; equidyn validate")
    assert answer.stdout.splitlines()[:2] == ["warm"] * 2
    assert answer.returncode == 0


def test_a_job_looks_up_nothing_that_the_server_knows(place: Place) -> None:
    place.job("from equidyn.core import sources; print(sources._imported.cache_info().currsize > 9)")
    assert place.warm(TRAIN).stdout.split() == ["True", "warm"]


def test_a_job_that_would_differ_runs_by_itself(place: Place) -> None:
    changes = ("DVC_STAGE=x", "OMP_NUM_THREADS=3", "EQUIDYN_WARM=/nowhere")
    given = [f"export {change}" for change in changes] + ["umask 027", "ulimit -n 100", "true"]
    answer = place.warm("\n".join(f"({change}; {TRAIN})" for change in given))
    assert answer.stdout.split() == ["warm", "alone", "alone", "alone", "alone", "warm"]
    assert (answer.stderr, answer.returncode) == ("", 0)


@pytest.mark.parametrize("change", ["echo >>src/equidyn/core/errors.py", "touch src/equidyn/core/models/new.py"])
def test_changed_sources_are_not_those_of_the_server(place: Place, change: str) -> None:
    answer = place.warm(f"{TRAIN}; {change}; {TRAIN}")
    assert (answer.stdout, answer.stderr, answer.returncode) == ("warm\nalone\n", "", 0)


def test_jobs_run_at_the_same_time(place: Place) -> None:
    place.job("import time\nPath(str(cell.seed)).touch()\nwhile len(list(Path().glob('[12]'))) < 2: time.sleep(0.01)")
    answer = place.warm(f"{TRAIN} & {TRAIN.replace('gcnn/1', 'gcnn/2')}; wait")
    assert answer.stdout == "warm\nwarm\n"


def test_the_status_of_the_command_is_returned_and_nothing_is_left(place: Place) -> None:
    answer = place.warm(f"{TRAIN}; stat -c %a $(dirname $EQUIDYN_WARM); echo $EQUIDYN_WARM; exit 5")
    _, mode, path = answer.stdout.split()
    assert (answer.returncode, mode) == (5, "700")
    assert not Path(path).parent.exists()
    assert place.warm("kill -9 $$").returncode == 137
    assert (
        place.run("equidyn", "warm", "no-such-command").stderr
        == "equidyn: no-such-command: No such file or directory\n"
    )


def test_within_another_the_outer_server_serves(place: Place) -> None:
    answer = place.warm(f"echo $EQUIDYN_WARM; equidyn warm bash -c 'echo $EQUIDYN_WARM; {TRAIN}; exit 4'")
    outer, inner, job = answer.stdout.split()
    assert (inner, job, answer.returncode) == (outer, "warm", 4)


def test_where_there_is_no_warm_start_the_command_runs(place: Place) -> None:
    script = "import os, sys; del os.pidfd_open; from equidyn.core.warm.start import run; sys.exit(run(sys.argv[1:]))"
    answer = place.run(sys.executable, "-c", script, "bash", "-c", f"{TRAIN}; exit 3")
    assert (answer.returncode, answer.stdout) == (3, "alone\n")
    assert answer.stderr == "equidyn: no warm start on this system; the command runs without it\n"


SLEEP = """
import time
try:
    Path("pids").write_text(f"{os.getpid()} {os.getppid()}")
    time.sleep(60)
finally:
    Path("cleaned").touch()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_client_takes_its_job_with_it(place: Place, number: signal.Signals) -> None:
    place.job(SLEEP)
    script = f"{TRAIN} & echo $! >client; wait $!; echo $? >status; until [ -e end ]; do sleep 0.02; done"
    process = place.start("equidyn", "warm", "bash", "-c", script)
    job = int(place.message("pids").split()[0])
    os.kill(int(place.message("client")), number)
    assert int(place.message("status")) == 128 + number
    _wait(lambda: not _runs(job))
    assert process.poll() is None
    assert not (place.folder / "cleaned").exists()
    (place.folder / "end").touch()
    process.communicate(timeout=20)


def test_an_interrupt_of_the_client_is_one_of_the_job(place: Place) -> None:
    place.job(SLEEP)
    process = place.start("equidyn", "warm", sys.executable, "-c", _INTERRUPTED)
    place.message("pids")
    words, errors = process.communicate(timeout=20)
    assert (process.returncode, words, "Traceback" in errors) == (130, "", False)
    assert (place.folder / "cleaned").exists()


_INTERRUPTED = f"""
import pathlib, signal, subprocess, sys, time
job = subprocess.Popen({TRAIN.split()})
pids = pathlib.Path("pids")
while not (pids.exists() and pids.read_text()): time.sleep(0.01)
job.send_signal(signal.SIGINT)
sys.exit(job.wait())
"""


def test_a_killed_server_takes_its_jobs_with_it(place: Place) -> None:
    place.job(SLEEP)
    process = place.start("equidyn", "warm", "bash", "-c", f"{TRAIN}; echo $?; echo >job.py; {TRAIN}")
    job, parent = map(int, place.message("pids").split())
    os.kill(parent, signal.SIGKILL)
    words, errors = process.communicate(timeout=20)
    assert words == "137\nalone\n"
    assert "the server of the warm start was killed" in errors
    assert not _runs(job)


def test_if_warm_itself_is_killed_nothing_is_left(place: Place) -> None:
    place.job(SLEEP)
    process = place.start("equidyn", "warm", "bash", "-c", f"echo $EQUIDYN_WARM >socket; {TRAIN}")
    job, parent = map(int, place.message("pids").split())
    process.kill()
    process.communicate(timeout=20)
    _wait(lambda: not _runs(job) and not _runs(parent))
    assert not Path(place.message("socket").strip()).parent.exists()


def test_a_signal_to_stop_is_passed_on(place: Place) -> None:
    process = place.start("equidyn", "warm", "bash", "-c", "echo $EQUIDYN_WARM >socket; exec sleep 60")
    folder = Path(place.message("socket").strip()).parent
    assert stat.S_ISDIR(folder.stat().st_mode)
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert not folder.exists()


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("waited for twenty seconds in vain")
