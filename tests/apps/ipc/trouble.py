"""pier-ipc when something goes wrong: its second process is killed, it is itself, the user interrupts. On Linux, where the
test sees both processes."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import settings

NAME = "pier-ipc"
KINDS = ["pipe", "named-pipe", "shared-memory", "semaphore", "queue", "unix", "socket-passing", "signal"]
WITH_NAMES = {"named-pipe": {"pipe"}, "shared-memory": {"shared-memory", "semaphore"}, "semaphore": {"semaphore"},
              "queue": {"queue"}}


def kinds():
    """The thread sanitizer puts a handler off until the program calls something that it intercepts. A wait by io_uring is a
    bare system call, so a signal that ends it may never be seen, and both processes wait for each other."""
    if settings.engine == "io_uring" and harness.is_built_with("tsan"):
        return [kind for kind in KINDS if kind != "signal"]
    return KINDS


def lives(pid):
    """A zombie does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as numbers:
            return [int(word) for word in numbers.read().split()]
    return []


def raw_names(pid, since):
    """Of what the run with that number has made by bare system calls since then, as far as there are files of it. An older
    process that was killed may have had the same number."""
    found = [each for folder in ("/tmp", "/dev/shm", "/dev/mqueue") for before in ("", "sem.")
             for each in pathlib.Path(folder).glob(f"{before}pier-ipc-{pid}-*")]
    return [str(each) for each in found if is_since(each, since)]


def is_since(path, since):
    with contextlib.suppress(FileNotFoundError):
        return path.lstat().st_mtime > since
    return False


def second_process(pid):
    """Of the program with that number, as soon as it talks: it has both ends open by then, and leaves interrupts to the
    first one."""
    found = []
    ticks = []  # of both, when interrupts were left

    def there():
        found[:] = children(pid)
        if not found or not catches(found[0], signal.SIGINT):
            return False
        ticks.append(cpu_ticks(found[0]) + cpu_ticks(pid))
        return ticks[-1] - ticks[0] > 15
    harness.wait_for(there, "a second process that is busy", 60)
    return found[0]


def catches(pid, number):
    """Whether the process has a handler for that signal."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            caught = next(line for line in status if line.startswith("SigCgt:"))
    except FileNotFoundError:
        return False
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


def cpu_ticks(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])


def remains(pid, *arguments):
    """What there is of the run with that number, by kind. Other tests leave things behind as well, which stay theirs."""
    status, output, complaint = harness.run("clean", "--json", "--prefix", f"pier-ipc-{pid}-", *arguments)
    assert (status, complaint) == (0, ""), (status, complaint)
    return {each["kind"]: each["state"] for each in json.loads(output)["remains"]}


class Running:
    """A long measurement, and its second process."""

    def __init__(self, kind, *options):
        self.words = [*options, kind]

    def __enter__(self):
        self.process = harness.start("--engine", settings.engine, "--seconds", "600", *self.words,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                     encoding="utf-8")
        try:
            self.second = second_process(self.process.pid)
        except AssertionError:
            if self.process.poll() is not None:
                raise AssertionError(self.end()) from None
            raise
        remains(self.process.pid)  # of an older run that had the same number, and was killed
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=harness.PATIENCE)

    def end(self):
        output, complaint = self.process.communicate(timeout=30)
        return self.process.returncode, output, complaint


class Trouble(harness.TestCase):
    def setUp(self):
        if settings.wine or settings.windows:
            self.skipTest("the processes are not the test's to see")
        folder = tempfile.TemporaryDirectory(prefix="pier-ipc-test-")  # of pipes with names
        self.addCleanup(folder.cleanup)
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = folder.name
        self.addCleanup(lambda: os.environ.__setitem__("XDG_RUNTIME_DIR", before) if before is not None
                        else os.environ.pop("XDG_RUNTIME_DIR"))

    def test_the_second_process_is_killed(self):
        for kind in kinds():
            with self.subTest(kind=kind), Running(kind) as running:
                os.kill(running.second, signal.SIGKILL)
                status, _, complaint = running.end()
                self.assertEqual(status, 1)
                self.assertRegex(complaint, rf"^{NAME}: {kind}: the second process has ended \(signal 9[^)]*\) while ")
                self.assertEqual(complaint.count("\n"), 1, complaint)
                self.assertFalse(lives(running.second))
                self.assertEqual(remains(running.process.pid, "--list"), {})

    def test_the_first_process_is_killed(self):
        """Then the second one ends by itself, and what they had by name is found and removed."""
        for kind in kinds():
            with self.subTest(kind=kind), Running(kind) as running:
                names = remains(running.process.pid, "--list")
                self.assertEqual(set(names), WITH_NAMES.get(kind, set()))
                self.assertEqual(set(names.values()) - {"in use"}, set())
                # Nobody removes what is in use.
                self.assertEqual(remains(running.process.pid), names)
                os.kill(running.process.pid, signal.SIGKILL)
                harness.wait_for(lambda: not lives(running.second), "the end of the second process", 30)
                running.end()
                # A pipe's reader removes its name when it ends; two crashed.
                left = remains(running.process.pid, "--list")
                self.assertLessEqual(set(left), set(names))
                self.assertEqual(set(left.values()) - {"left behind"}, set())
                if kind != "named-pipe":
                    self.assertEqual(set(left), set(names))
                self.assertEqual(set(remains(running.process.pid).values()) - {"removed"}, set())
                self.assertEqual(remains(running.process.pid, "--list"), {})

    def test_the_first_process_is_killed_and_leaves_nothing_of_bare_system_calls(self):
        for kind in ["named-pipe", "shared-memory", "semaphore", "queue"]:
            since = time.time() - 1  # the clock of files may be a tick behind
            with self.subTest(kind=kind), Running(kind, "--raw") as running:
                pid = running.process.pid
                state, ticks = [], []

                def names_have_gone():
                    state[:] = [children(pid), raw_names(pid, since), running.process.poll()]
                    if len(state[0]) < 2 or not catches(state[0][1], signal.SIGINT):
                        return False
                    # The other child does nothing until both have met the first process.
                    ticks.append(cpu_ticks(state[0][0]))
                    return ticks[-1] - ticks[0] > 5 and not state[1]
                try:
                    harness.wait_for(names_have_gone, "names that have gone", 60)
                except AssertionError as still:
                    raise AssertionError(f"{still}: {state}") from None
                os.kill(pid, signal.SIGKILL)
                running.end()
                self.assertEqual(raw_names(pid, since), [])
                remains(pid)

    def test_the_number_of_a_killed_run_comes_again(self):
        """As the first process of a namespace each run has the same number."""
        words = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
        if subprocess.run([*words, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("namespaces of processes are not allowed here")
        for kind in ("named-pipe", "shared-memory", "semaphore", "queue"):
            with self.subTest(kind=kind):
                command = [*words, *settings.command, "--engine", settings.engine]
                with subprocess.Popen([*command, "--seconds", "600", kind], stdout=subprocess.DEVNULL) as first:
                    try:
                        harness.wait_for(lambda: set(remains(1, "--list")) == WITH_NAMES[kind], "the names", 30)
                    finally:
                        first.kill()
                harness.wait_for(lambda: set(remains(1, "--list").values()) <= {"left behind"}, "the end of both")
                self.assertEqual(set(remains(1, "--list")) - WITH_NAMES[kind], set())
                second = subprocess.run([*command, "--count", "10", kind], stdout=subprocess.PIPE, encoding="utf-8",
                                        stderr=subprocess.PIPE, timeout=60, check=False)
                remains(1)
                self.assertEqual((second.returncode, second.stderr), (0, ""))

    def test_an_interrupt_ends_both(self):
        for kind in kinds():
            with self.subTest(kind=kind), Running(kind) as running:
                running.process.send_signal(signal.SIGINT)
                status, _, complaint = running.end()
                self.assertEqual((status, complaint), (130, f"{NAME}: {kind}: interrupted\n"))
                self.assertFalse(lives(running.second))
                self.assertEqual(remains(running.process.pid, "--list"), {})

    def test_an_interrupt_of_the_terminal_reaches_both(self):
        with Running("pipe") as running:
            os.kill(running.second, signal.SIGINT)  # which leaves it to the first one
            running.process.send_signal(signal.SIGINT)
            status, _, complaint = running.end()
            self.assertEqual((status, complaint), (130, f"{NAME}: pipe: interrupted\n"))


if __name__ == "__main__":
    harness.main()
