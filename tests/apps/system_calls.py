"""System calls of a request: a wait, a receive and a send, and nothing else."""

import collections
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import harness
from harness import Server

REQUESTS = 200
WAITS = {"epoll_wait", "epoll_pwait", "epoll_pwait2"}
RECEIVES = {"read", "recvfrom", "recvmsg"}
MEMORY = {"mmap", "munmap", "madvise"}  # a sanitizer's; that Pier takes no memory for a request is tested elsewhere
SENDS = {"write", "sendto", "sendmsg"}


def why_not():
    """A sentence, or None if calls can be counted."""
    if not shutil.which("strace"):
        return "strace is not installed"
    probe = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return None if probe.returncode == 0 else f"strace is not permitted: {probe.stderr.strip()}"


def child_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return int(children.read().split()[0])


def calls_between(trace, begin, end):
    """{name: count} of the calls after the one that received `begin`, up to the one that received `end`."""
    calls = collections.Counter()
    counting = False
    for line in trace:
        call = re.match(r"\d+ +(\w+)\((.*)", line)
        if not call:
            continue
        name, arguments = call.groups()
        if counting and name not in MEMORY:
            calls[name] += 1
        if name in RECEIVES and f'"{begin}"' in arguments:
            counting = True
        if name in RECEIVES and f'"{end}"' in arguments:
            return calls
    raise AssertionError(f"the trace has no receive of {end!r}")


# The leak check of a sanitizer can't work in a traced process, and says so by its exit status.
os.environ["ASAN_OPTIONS"] = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "detect_leaks=0"]))


class SystemCalls(harness.TestCase):
    def test_wait_receive_and_send(self):
        with tempfile.NamedTemporaryFile("r") as trace:
            with Server(before=("strace", "-f", "-o", trace.name)) as server:
                with server.connect() as client:
                    for request in [b"begin", *[b"hello"] * (REQUESTS - 1), b"end"]:
                        harness.echo(client, request)
                os.kill(child_of(server.pid), signal.SIGTERM)
                self.assertEqual(server.wait(harness.PATIENCE), 0)
            calls = calls_between(trace, "begin", "end")
        self.assertEqual(list(calls.values()), [REQUESTS] * 3, calls)
        for kind in (WAITS, RECEIVES, SENDS):
            self.assertEqual(len(kind & calls.keys()), 1, calls)


if __name__ == "__main__":
    if reason := why_not():
        print(f"skip: {reason}")
        sys.exit(harness.SKIPPED)
    harness.main()
