"""What the scripts of this folder share: the server under test, and clients of it.

    SCRIPT.py --engine=NAME [unittest's arguments] -- COMMAND...

COMMAND starts the server: natively on Linux, on Linux under Wine, or natively on Windows. Nothing here waits without a bound.
"""

import argparse
import contextlib
import functools
import os
import pathlib
import queue
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid

if sys.platform == "win32":
    import host_windows as host
else:
    import host_posix as host

# A shell may have started us with SIGINT ignored. A server would inherit that, and then ignores it, too.
signal.signal(signal.SIGINT, signal.default_int_handler)

PATIENCE = 10  # seconds: of everything that is expected to happen
BOOT_TIME = 60  # seconds: what Wine may take for its first program, and Windows to look at a program that it doesn't know
MARKER = "PIER_TEST_SERVER"  # in the environment of a server and its children, with a value of its own
SKIPPED = 77   # CTest's status for a script of which nothing can run here


class settings:
    engine = ""
    command = []
    connections = 0
    wine = False
    windows = sys.platform == "win32"

    @classmethod
    def one_at_a_time(cls):
        return cls.engine == "blocking"

    @classmethod
    @functools.cache
    def system(cls):
        """What this system is called in lists and reports: linux, windows, wine-10 or wine-8."""
        if cls.wine:
            return subprocess.run([cls.command[0], "--system"], stdin=subprocess.DEVNULL, capture_output=True,
                                  encoding="utf-8", timeout=BOOT_TIME, check=True).stdout.strip()
        return "windows" if cls.windows else "linux"

    @classmethod
    def boot_time(cls):
        return BOOT_TIME if cls.wine or cls.windows else PATIENCE


def main():
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(usage="%(prog)s --engine=NAME [unittest's arguments] -- COMMAND...")
    parser.add_argument("--engine", required=True)
    parser.add_argument("--connections", type=int, default=1000, help="where a script has as many as it can")
    options, rest = parser.parse_known_args(sys.argv[1:split])
    settings.engine = options.engine
    settings.connections = options.connections
    settings.command = sys.argv[split + 1:]
    if not settings.command:
        parser.error("no COMMAND")
    folder, program = os.path.split(settings.command[0])
    settings.wine = program == "wine-test"
    if settings.wine:  # whose process would not be the server's
        settings.command[0] = os.path.join(folder, "wine-run")
    result = unittest.main(module="__main__", argv=[sys.argv[0], *rest], verbosity=2, exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun == len(result.skipped) else 0)


@functools.cache
def is_built_with(sanitizer):
    """Whether the program contains the one that compilers call so: asan, tsan."""
    return f"__{sanitizer}_init".encode() in pathlib.Path(settings.command[-1]).read_bytes()


class StatusLost(Exception):
    """Wine has killed a program that took long to leave, after its end: ci/wine-test."""


def ended(status):
    """The exit status of a program that nobody here has killed."""
    if settings.wine and status == -signal.SIGKILL:
        raise StatusLost
    return status


class TestCase(unittest.TestCase):
    """Runs a test again when Wine has lost the status that it asks for."""

    program = None  # what its sentences begin with, for refused()

    def __init__(self, name="runTest"):
        super().__init__(name)
        method = getattr(self, name)

        @functools.wraps(method)
        def attempt():
            for _ in range(2):
                with contextlib.suppress(StatusLost):
                    return method()
                print("Wine has killed the program at its end; once more", file=sys.stderr)
            return method()

        setattr(self, name, attempt)

    def good(self, *arguments):
        """Runs the program to a good end without a complaint: its stdout."""
        status, output, complaint = run(*arguments)
        self.assertEqual((status, complaint), (0, ""), output)
        return output

    def refused(self, *arguments, status=2):
        """Runs the program, which ends with that status and a sentence alone: the sentence, behind the program's name."""
        got, output, complaint = run(*arguments)
        self.assertEqual((got, output), (status, ""), complaint)
        self.assertEqual(complaint.count("\n"), 1, complaint)
        self.assertTrue(complaint.startswith(f"{self.program}: "), complaint)
        return complaint.removeprefix(f"{self.program}: ").rstrip("\r\n")

    def help_for_people(self, *command):
        """The program's help, or that of one of its subcommands: what each help has to be, whatever it is about."""
        status, output, complaint = run(*command, "--help")
        self.assertEqual((status, complaint), (0, ""))
        self.assertEqual([line for line in output.splitlines() if len(line) > 80], [])
        # What a parser would say of its types and checks.
        self.assertNotRegex(output, r"UINT|TEXT:|FLOAT|INT in|\[OPTIONS\]|:\{|excludes|Excludes")
        lines = output.splitlines()
        usage = next(i for i, line in enumerate(lines) if line.startswith("Usage: "))
        self.assertIn(" ".join(command), lines[usage])
        self.assertTrue(lines[0][0].isupper(), lines[0])
        self.assertEqual([line for line in lines[usage:] if line.endswith(" ")], [])
        self.assertIn("Examples:", lines[usage:])
        self.assertGreater(len(lines), lines.index("Examples:") + 2)
        return output


def wait_for(state, what, seconds=PATIENCE):
    """Waits until state() is true."""
    end = time.monotonic() + seconds
    while not state():
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(0.01)


@contextlib.contextmanager
def wine_kept_up():
    """For many short runs: else each boots Wine, whose server and services then hold the run's outputs open."""
    if not settings.wine:
        yield
        return
    with subprocess.Popen([settings.command[0], "cmd.exe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as waiting:
        try:
            # Its prompt: it has booted Wine. A run that did, at the same time, would have its outputs held for as long
            # as this one waits, and never be seen to end.
            select.select([waiting.stdout], [], [], BOOT_TIME)
            yield
        finally:
            waiting.stdin.close()  # at which it ends
            with contextlib.suppress(subprocess.TimeoutExpired):
                waiting.wait(PATIENCE)
            waiting.kill()


# What Wine says of a thread that is just starting when its process ends: the process has closed its connection to the
# wineserver then (process_exit_wrapper of dlls/ntdll/unix/server.c). It says it in pieces, and may be gone before the last.
WINE_SAYS = re.compile(r"wine client error:[0-9a-f]+: (sendmsg(: ((Bad file descriptor|Socket operation on non-socket)\n?)?)?)?")


def of_the_program(stderr):
    """What the program itself said there."""
    return WINE_SAYS.sub("", stderr) if settings.wine else stderr


def run(*arguments, seconds=0):
    """Runs the program to its end, which may take so long: its status, stdout and stderr."""
    done = subprocess.run([*settings.command, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          encoding="utf-8", timeout=max(seconds, settings.boot_time()), check=False)
    return ended(done.returncode), done.stdout, of_the_program(done.stderr)


def run_into(stdout, *arguments):
    """The same with another stdout: its status and stderr."""
    done = subprocess.run([*settings.command, *arguments], stdin=subprocess.DEVNULL, stdout=stdout,
                          stderr=subprocess.PIPE, encoding="utf-8", timeout=settings.boot_time(), check=False)
    return done.returncode, of_the_program(done.stderr)


def start(*arguments, **streams):
    """A program that send_signal() reaches, with its streams as subprocess.Popen takes them."""
    return subprocess.Popen([*settings.command, *arguments], **host.STARTING, **streams)


def send_signal(process, number):
    """On Windows, SIGINT stands for the event that asks a program to stop, and signal.CTRL_BREAK_EVENT for that key."""
    host.send_signal(process.pid, number)


def allow_descriptors(count):
    host.allow_descriptors(count)


class Lines:
    """The lines that come out of a pipe, as bytes with their ends. Reads ahead on a thread, because only sockets can be
    waited for on every system. The thread closes the pipe at its end; under Wine that may be later than the program's."""

    def __init__(self, pipe):
        self._lines = queue.Queue()
        threading.Thread(target=self._read, args=(pipe,), daemon=True).start()

    def _read(self, pipe):
        with pipe:
            for line in pipe:
                self._lines.put(line)
        self._lines.put(b"")

    def next(self, seconds=PATIENCE):
        """b"" at the end."""
        try:
            return self._lines.get(timeout=max(0, seconds))
        except queue.Empty:
            raise AssertionError(f"no line came in {seconds:.0f} s") from None


def closed_pipe():
    """The end to write to; who writes has SIGPIPE as a shell leaves it (see subprocess' restore_signals)."""
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "wb", buffering=0)


def unwritable_outputs():
    """By name, functions that open one."""
    outputs = {"a closed pipe": closed_pipe}
    if not settings.windows:
        outputs["a full device"] = lambda: open("/dev/full", "wb", buffering=0)
    return outputs.items()


class Server:
    """Runs for the length of a `with` block. `before` are words in front of its command, such as a wrapper. `protocols`
    are what it is expected to serve."""

    def __init__(self, *arguments, listen=("127.0.0.1:0",), engine=None, before=(), stdin=subprocess.DEVNULL,
                 protocols=("tcp",)):
        words = [word for address in listen for word in ("--listen", address)]
        self._command = [*before, *settings.command, "--engine", engine or settings.engine, *words, *arguments]
        self._count = len(listen) * len(protocols)
        self._protocols = protocols
        self._stdin = stdin
        self.names = []  # (host, port) of each listener
        self.udp_names = []  # and of each UDP socket
        self.marker = uuid.uuid4().hex

    def __enter__(self):
        self._said = tempfile.TemporaryFile()
        self._process = subprocess.Popen(self._command, stdin=self._stdin, stdout=subprocess.PIPE,
                                         stderr=self._said, env={**os.environ, MARKER: self.marker},
                                         **host.STARTING)
        self._lines = Lines(self._process.stdout)
        try:
            self._read_names()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._said.close()

    def _read_names(self):
        end = time.monotonic() + settings.boot_time()
        for _ in range(self._count):
            line = self._lines.next(end - time.monotonic()).decode()
            if not line:
                raise AssertionError(f"the server does not listen: {self.complaints()!r}")
            kind, protocol, name, engine = line.split()
            if kind != "listening" or protocol not in self._protocols or not engine.startswith("engine="):
                raise AssertionError(f"not the line of a socket: {line!r}")
            address, port = name.rsplit(":", 1)
            (self.udp_names if protocol == "udp" else self.names).append((address.strip("[]"), int(port)))
            self.engine = engine.removeprefix("engine=")

    @property
    def pid(self):
        return self._process.pid

    @property
    def port(self):
        return self.names[0][1]

    def runs(self):
        return self._process.poll() is None

    def complaints(self):
        self._said.seek(0)
        return of_the_program(self._said.read().decode())

    def next_line(self):
        """What the program says behind its sockets' lines."""
        return self._lines.next().decode().strip()

    def send_signal(self, number):
        send_signal(self._process, number)

    def wait(self, seconds=PATIENCE):
        """Its status, when it ends in time."""
        try:
            return ended(self._process.wait(seconds))
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the server did not end in {seconds} s") from None

    def stop(self, number=signal.SIGINT):
        """Asks it to stop: its status."""
        self.send_signal(number)
        return self.wait()

    def descriptors(self):
        """None where nobody can tell."""
        return None if settings.wine else host.descriptors(self.pid)  # there sockets belong to the wineserver

    def wait_for_descriptors(self, count):
        """Until it has as many as it had: what descriptors() said."""
        if count is not None:
            wait_for(lambda: abs(self.descriptors() - count) <= host.SLACK, f"as many descriptors as before, {count}")

    def threads(self):
        """None where nobody counts them."""
        return None if settings.windows else len(os.listdir(f"/proc/{self.pid}/task"))

    def cpu_ticks(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def connect(self, index=0):
        # The server may start a process for it.
        client = socket.create_connection(self.names[index], timeout=settings.boot_time())
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client


def receive_exactly(client, size):
    data = b""
    while len(data) < size:
        piece = client.recv(size - len(data))
        if not piece:
            raise AssertionError(f"the server ended after {len(data)} of {size} bytes")
        data += piece
    return data


def echo(client, message=b"hello"):
    """One request and its answer, which must be the same."""
    client.sendall(message)
    answer = receive_exactly(client, len(message))
    if answer != message:
        raise AssertionError(f"sent {message!r}, and {answer!r} came back")


def echo_once(server, index=0):
    """A connection of its own, to its end."""
    with server.connect(index) as client:
        echo(client)
        client.shutdown(socket.SHUT_WR)
        if client.recv(1):
            raise AssertionError("more came back than was sent")


def reset(client):
    """Closes a connection so that the peer is told by a reset."""
    with contextlib.suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, host.LINGER_FOR_A_RESET)
    client.close()
