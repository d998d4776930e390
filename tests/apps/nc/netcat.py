"""What the scripts of this folder share: pier-nc, or another netcat, as a process whose streams are ours."""

import hashlib
import pathlib
import random
import re
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import PATIENCE, settings

NAME = "pier-nc"
BOTH_DIRECTIONS = 3 << 20  # bytes: more than the buffers between two programs hold, in each direction


def noise(size, seed=1):
    """Bytes of every kind: line ends, zeros, Ctrl-Z."""
    return random.Random(seed).randbytes(size)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def pier(*arguments):
    return [*settings.command, "--engine", settings.engine, *arguments]


class Netcat:
    """Runs for the length of a `with` block. Its output is read all the time, unless `reads` says otherwise."""

    def __init__(self, *arguments, command=None, reads=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE):
        self._command = command or pier(*arguments)
        self._reads = reads
        self._stdin = stdin
        self._stdout = stdout
        self.output = b""

    def __enter__(self):
        self.process = subprocess.Popen(self._command, stdin=self._stdin, stdout=self._stdout,
                                        stderr=subprocess.PIPE, **harness.host.STARTING)
        self.said = harness.Lines(self.process.stderr)
        self._feeder = None
        self._reader = None
        if self._reads and self._stdout == subprocess.PIPE:
            self.read()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for thread in (self._feeder, self._reader):
            if thread:
                thread.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout):
            if stream and not stream.closed:
                try:
                    stream.close()
                except OSError:
                    pass

    def read(self):
        """From now on."""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while piece := self.process.stdout.read1(1 << 16):
            self.output += piece

    def feed(self, data, end=True):
        """Standard input, in the background."""
        def write():
            try:
                self.process.stdin.write(data)
                self.process.stdin.flush()
                if end:
                    self.process.stdin.close()
            except (BrokenPipeError, ValueError, OSError):
                pass

        self._feeder = threading.Thread(target=write, daemon=True)
        self._feeder.start()
        return self

    def wait_for_output(self, data):
        harness.wait_for(lambda: len(self.output) >= len(data), f"{len(data)} bytes of output, there are {len(self.output)}")
        assert self.output == data, (self.output[:100], data[:100])

    def line(self, pattern):
        """The match of the first line of standard error that has it."""
        while True:
            line = self.said.next(settings.boot_time()).decode()
            if not line:
                raise AssertionError(f"nothing was said that matches {pattern!r}")
            if match := re.search(pattern, line):
                return match

    def port(self):
        """That it listens on, with -v."""
        return int(self.line(r"listening on .*:(\d+)\s*$")[1])

    def end(self, seconds=PATIENCE):
        """Its status, when it has ended by itself and everything is read."""
        status = harness.ended(self.process.wait(seconds))
        for thread in (self._feeder, self._reader):
            if thread:
                thread.join(PATIENCE)
        return status

    def complaints(self):
        """What else it has said."""
        lines = []
        while line := self.said.next():
            lines.append(line.decode().strip())
        return lines

    def interrupt(self):
        harness.send_signal(self.process, harness.signal.SIGINT)


class Other:
    """A listening socket for one that connects."""

    def __init__(self, kind=socket.SOCK_STREAM):
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.settimeout(max(PATIENCE, settings.boot_time()))
        self.socket.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            self.socket.listen(8)
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        peer, self.peer_name = self.socket.accept()
        peer.settimeout(PATIENCE)
        return peer


def refused_port():
    """A socket that is bound and does not listen: nobody else gets its port meanwhile."""
    holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    holder.bind(("127.0.0.1", 0))
    return holder


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def read_all(peer):
    data = b""
    while piece := peer.recv(1 << 16):
        data += piece
    return data
