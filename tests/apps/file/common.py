"""What the scripts of this folder share: the server of files, its client, and the protocol that both speak
(docs/apps/file.md)."""

import contextlib
import hashlib
import os
import pathlib
import random
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness  # noqa: E402
from harness import settings  # noqa: E402

NAME = "pier-file-client"
VERSION = b"pier-file 1\n"
HEADER = "size={} modified=1 token=t offset={} length={}\n"


def client_command(engine=None):
    *before, program = settings.command
    return [*before, program.replace("file-server", "file-client"), "--engine", engine or settings.engine]


def server(*paths, **options):
    return harness.Server(*map(str, paths), **options)


def place(port):
    return ["--connect", f"127.0.0.1:{port}"]


def start_client(port, *arguments, **options):
    return subprocess.Popen([*client_command(), *place(port), *map(str, arguments)], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                            **{**harness.host.STARTING, **options})


def run_client(port, *arguments, **options):
    """Its status, what it printed and what it complained of."""
    with start_client(port, *arguments, **options) as process:
        try:
            output, said = process.communicate(timeout=max(30, settings.boot_time()))
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return harness.ended(process.returncode), output, harness.of_the_program(said)


def content(size, seed=0):
    return random.Random(seed).randbytes(size)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def leftovers(folder):
    """What a transfer that is over must not leave."""
    return [path.name for path in pathlib.Path(folder).rglob("*.part*")]


def receive_all(client):
    data = b""
    while piece := client.recv(65536):
        data += piece
    return data


def ask(port, *lines):
    """The whole answer of a server to these lines, by a client that says no more. A reset, by which a server gets rid of
    what it does not want to read, is an end as any other."""
    with socket.create_connection(("127.0.0.1", port), timeout=settings.boot_time()) as client:
        data = b""
        with contextlib.suppress(OSError):
            client.sendall(b"".join(lines))
            client.shutdown(socket.SHUT_WR)
            while piece := client.recv(65536):
                data += piece
        return data


class Relay:
    """Stands between client and server, for the length of a `with` block. Of what the server sends it passes on as many
    bytes as `allow` says, and then holds it up."""

    def __init__(self, port, allow=None):
        self._to = port
        self._allow = allow
        self.held = threading.Event()
        self._goes_on = threading.Event()
        self._cut = False
        self._sockets = []

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.cut()
        for each in [self._listener, *self._sockets]:
            # What another thread waits for in close() alone would stay.
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def release(self):
        """From now on everything is passed on."""
        self._goes_on.set()

    def cut(self):
        """The client sees the server's end, and nothing of what it sent besides."""
        self._cut = True
        self._goes_on.set()

    def _accept(self):
        try:
            client, _ = self._listener.accept()
            server_side = socket.create_connection(("127.0.0.1", self._to), timeout=harness.PATIENCE)
        except OSError:
            return
        server_side.settimeout(None)
        self._sockets += [client, server_side]
        threading.Thread(target=self._pass, args=(client, server_side, None), daemon=True).start()
        self._pass(server_side, client, self._allow)

    def _pass(self, source, sink, allow):
        try:
            while True:
                if allow == 0:
                    self.held.set()
                    self._goes_on.wait()
                    if self._cut:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    allow = None
                piece = source.recv(65536 if allow is None else min(65536, allow))
                if not piece:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(piece)
                if allow is not None:
                    allow -= len(piece)
        except OSError:
            sink.close()


class FalseServer:
    """Answers one client with what it is told, whatever the client asks, and closes; `asked` is what it was asked."""

    def __init__(self, *answer):
        self._answer = b"".join(answer)
        self.asked = b""

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # a close would not wake who waits for a client that never came
        self._listener.close()
        self._thread.join(harness.PATIENCE)

    def _serve(self):
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        with client:
            client.settimeout(harness.PATIENCE)
            try:
                while self.asked.count(b"\n") < 2 and (piece := client.recv(4096)):
                    self.asked += piece
                client.sendall(self._answer)
                client.shutdown(socket.SHUT_WR)
                while client.recv(4096):
                    pass
            except OSError:
                pass


def file_answer(data, offset=0, size=None):
    size = len(data) if size is None else size
    return VERSION + b"file " + HEADER.format(size, offset, size - offset).encode() + data


def can_link():
    """Windows asks for a privilege. Under Wine, links of the system beneath are followed, and found out."""
    return hasattr(os, "symlink") and not settings.windows
