"""Network namespaces of a test's own: no packet leaves them, and they go with the test, however it ends.

    with Namespace() as here, Namespace(beside=here) as there:
        here.connect("veth0", there, "veth0")
        here.ip("address add 192.0.2.1/24 dev veth0", "link set veth0 up")
        here.run("ping", "-c1", "192.0.2.1")
"""

import contextlib
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import settings

MOST_SECONDS = 60  # of a command


def require():
    """Skips a script, or a test, where there are no such namespaces."""
    if settings.wine or settings.windows:
        raise unittest.SkipTest("network namespaces are Linux's")
    for tool in ("ip", "unshare", "nsenter"):
        if shutil.which(tool) is None:
            raise unittest.SkipTest(f"{tool} is not installed")


def has_ipv6():
    return os.path.exists("/proc/net/if_inet6")


class Entered:
    """Something for the length of a `with` block, which _enter() builds; what it puts on the stack goes with the block, also
    when it fails half-way."""

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self._enter(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _enter(self, stack):
        raise NotImplementedError


class Namespace(Entered):
    """Held by a process that waits. When the test ends, however it ends, that process reads the end of its input, and
    the namespace goes with it. Loopback is up, unless `loopback` says otherwise. `files` are texts that take the place
    of files in /etc, by their names. One `beside` another one can be connected with it."""

    def __init__(self, beside=None, loopback=True, files=None):
        self._beside = beside
        self._loopback = loopback
        self._files = files or {}
        self.before = []  # words that bring a command into it, in the place of which it is then

    def _enter(self, stack):
        # Without privileges one needs a user namespace around it, in which one has them. Both sides of a connection
        # need the same one.
        user = [] if os.geteuid() == 0 or self._beside else ["--user", "--map-root-user"]
        kinds = ["--net", *(["--mount"] if self._files else [])]
        around = self._beside.in_user if self._beside else []
        holder = subprocess.Popen([*around, "unshare", *user, *kinds, "sh", "-c", "echo ready; exec cat"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        stack.callback(self._end, holder)
        readable, _, _ = select.select([holder.stdout], [], [], harness.PATIENCE)
        if not readable or holder.stdout.readline() != "ready\n":
            holder.kill()
            raise unittest.SkipTest(f"no network namespace: {holder.stderr.read().strip()}")
        self.pid = holder.pid
        within = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        self.in_user = ["nsenter", "--target", str(self.pid), *within] if within else []
        self.before = ["nsenter", "--target", str(self.pid), *within, *kinds]
        if self._loopback:
            self.ip("link set lo up")
        if self._files:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for name, text in self._files.items():
                (folder / name).write_text(text, encoding="utf-8")
                self._check([*self.before, "mount", "--bind", str(folder / name), f"/etc/{name}"])

    @staticmethod
    def _end(holder):
        with contextlib.suppress(subprocess.TimeoutExpired):
            holder.stdin.close()
            holder.wait(harness.PATIENCE)
        if holder.poll() is None:
            holder.kill()
            holder.wait()
        holder.stdout.close()
        holder.stderr.close()

    @staticmethod
    def _check(words, text=None):
        done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{words[-1]}: {done.stderr.strip()}")
        return done.stdout

    def ip(self, *lines):
        """Commands as `ip -batch` takes them, all of which have to work."""
        self._check([*self.before, "ip", "-batch", "-"], "\n".join(lines) + "\n")

    def connect(self, name, other, other_name):
        """A cable to the other one. Skips the test where this kernel makes none."""
        try:
            self.ip(f"link add {name} type veth peer name {other_name} netns {other.pid}")
        except AssertionError as refused:
            raise unittest.SkipTest(f"this kernel makes no veth: {refused}") from None

    def run(self, *words, text=""):
        """A command in it, to its end, with that text as its input: its status, stdout and stderr."""
        done = subprocess.run([*self.before, *words], input=text, capture_output=True, encoding="utf-8",
                              timeout=MOST_SECONDS, check=False)
        return done.returncode, done.stdout, done.stderr

    def start(self, *words, **streams):
        """A command in it, as subprocess.Popen has it. Its number is the command's own."""
        return subprocess.Popen([*self.before, *words], **streams)
