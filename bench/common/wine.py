"""Windows servers under Wine. All their system calls go through the wineserver, so its CPU time counts as theirs, and
it has to sit on their core: across cores each call pays a wake-up that costs more than the call itself."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import time


def loader_of(command):
    """The Wine program that a command starts with, after `env` and assignments, or None."""
    for word in shlex.split(command):
        if word == "env" or ("=" in word and "/" not in word.split("=", 1)[0]):
            continue
        return word if os.path.basename(word).startswith("wine") else None
    return None


def _server_program(loader):
    beside = os.path.dirname(shutil.which(loader) or loader)
    for path in (os.path.join(beside, "wineserver64"), os.path.join(beside, "wineserver"), shutil.which("wineserver")):
        if path and os.access(path, os.X_OK):
            return path
    raise RuntimeError("no wineserver beside %s or in PATH" % loader)


def _programs_of(prefix):
    """(pid, program) of all that runs on Wine itself in a prefix. Not a shell that merely has the prefix exported."""
    wanted = ("WINEPREFIX=" + prefix).encode()
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                program = os.path.basename(os.readlink("/proc/%s/exe" % entry))
                if program.startswith("wine"):
                    with open("/proc/%s/environ" % entry, "rb") as environ:
                        if wanted in environ.read().split(b"\0"):
                            yield int(entry), program


class Wine:
    """A booted prefix whose wineserver stays, pinned to one core, until the end of the `with` block."""

    def __init__(self, loader, prefix, core):
        self.prefix = os.path.abspath(prefix)
        self.environment = dict(os.environ, WINEPREFIX=self.prefix, WINEDEBUG=os.environ.get("WINEDEBUG", "-all"))
        self._loader = loader
        self._program = _server_program(loader)
        self._core = core
        self._own = None

    def __enter__(self):
        os.makedirs(self.prefix, exist_ok=True)
        if not self.server_pids():
            self._own = subprocess.Popen([self._program, "-f", "-p"], env=self.environment, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1)
        self._pin()
        try:
            subprocess.run(["taskset", "-c", str(self._core), self._loader, "wineboot", "-i"], env=self.environment,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180,
                           check=False)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if not self._own:
            return
        subprocess.run([self._program, "-k"], env=self.environment, check=False, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._own.wait(5)
        if self._own.poll() is None:
            self._own.kill()
            self._own.wait()
        # The prefix's services are told to end with the server, but some that are just starting miss it.
        for pid, _ in _programs_of(self.prefix):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def server_pids(self):
        return [pid for pid, program in _programs_of(self.prefix) if program.startswith("wineserver")]

    def pids_of(self, program):
        """Of the Windows programs of that name that run in this prefix, however they were started."""
        found = []
        for pid, _ in _programs_of(self.prefix):
            with contextlib.suppress(OSError), open("/proc/%d/cmdline" % pid, "rb") as cmdline:
                if any(re.split(rb"[/\\]", word)[-1] == program.encode() for word in cmdline.read().split(b"\0")):
                    found.append(pid)
        return found

    def _pin(self):
        for pid in self.server_pids():
            for thread in os.listdir("/proc/%d/task" % pid):
                os.sched_setaffinity(int(thread), {self._core})
