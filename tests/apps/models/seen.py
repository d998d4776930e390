"""The processes of a server as the system sees them: what they have open, and how one of them is ended. By /proc on Linux; on
Windows, and under Wine, by the program pier-test-processes."""

import functools
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness

# Handles that a program may have more, or fewer, than before under Wine: those of its pool's threads, and what it waits for.
WINE_SLACK = 10
AHEAD_SLACK = 100  # where an engine has sockets ready for who comes next (AcceptEx), more of them the more have come


@functools.cache
def on_linux():
    return harness.settings.system() == "linux"


def has_a_sanitizers_thread():
    """The thread sanitizer adds a thread to a program, and to its forks, when the first one is made."""
    return harness.is_built_with("tsan")


def how_ended():
    """What a server says of a child that end() has ended."""
    return "signal 9" if on_linux() else "exit status 77"


def asked(*words, seconds=0):
    """What pier-test-processes says: its numbers, line by line."""
    *before, program = harness.settings.command
    helper = pathlib.Path(program).with_name("pier-test-processes.exe")

    def ask():
        return subprocess.run([*before, helper, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True,
                              encoding="utf-8", timeout=seconds or harness.settings.boot_time(), check=True)
    try:
        done = ask()
    except subprocess.TimeoutExpired:
        # Seen once under Wine, when processes that it looks into were ending. To look again does no harm.
        if words[0] != "list" or not harness.settings.wine:
            raise
        done = ask()
    return [[int(number) for number in line.split()] for line in done.stdout.splitlines()]


class Seen:
    """A server's process, and those below it, by the numbers that the system has for them."""

    def __init__(self, server):
        self.children = []  # zombies included
        self.pid, self.handles = None, None
        if on_linux():
            self.pid, self.handles = server.pid, server.descriptors()
            with open(f"/proc/{server.pid}/task/{server.pid}/children", encoding="ascii") as listed:
                self.children = [int(word) for word in listed.read().split()]
            return
        found = asked("list", f"{harness.MARKER}={server.marker}")
        numbers = {pid for pid, *_ in found}
        for pid, parent, handles, _ in found:
            if parent in numbers:
                self.children.append(pid)
            else:
                self.pid, self.handles = pid, handles


def children(server):
    return Seen(server).children


def lives(pid):
    """Whether there is such a process of Linux, which is no zombie that somebody else has to reap."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def unix_processes(server):
    """The processes of Linux that are the server's and its children's: under Wine each has one."""
    line = f"{harness.MARKER}={server.marker}".encode()
    found = []
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            block = pathlib.Path("/proc", name, "environ").read_bytes()
        except OSError:  # it has ended, or is somebody else's
            continue
        if line in block.split(b"\0"):
            found.append(int(name))
    return found


def nothing_runs(server):
    if harness.settings.windows:
        return not asked("list", f"{harness.MARKER}={server.marker}")
    return not any(lives(pid) for pid in unix_processes(server))


def end(pid):
    """At once, and without its help."""
    if on_linux():
        os.kill(pid, signal.SIGKILL)
    else:
        asked("end", pid)


def suspend(pid):
    if on_linux():
        os.kill(pid, signal.SIGSTOP)
    else:
        asked("suspend", pid)


class State:
    """What a server takes of the system, by the counts of its process."""

    def __init__(self, server):
        self.server = server
        self.before = self.now()

    def now(self):
        seen = Seen(self.server)
        return (seen.handles, None if has_a_sanitizers_thread() else self.server.threads(), len(seen.children))

    def wait_until_as_before(self):
        slack = harness.host.SLACK
        if not on_linux() and slack == 0:
            slack = WINE_SLACK if self.server.engine == "blocking" else AHEAD_SLACK
        now = self.before

        def back():
            nonlocal now
            now = self.now()
            (handles, *rest), (handles_before, *rest_before) = now, self.before
            return abs(handles - handles_before) <= slack and rest == rest_before
        try:
            harness.wait_for(back, "as before", max(2 * harness.PATIENCE, harness.settings.boot_time()))
        except AssertionError:
            raise AssertionError(f"descriptors, threads, children: {self.before} before, {now} after") from None
