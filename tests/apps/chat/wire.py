"""What the scripts of this folder share: the server of the chat, clients of it, and one that speaks the protocol itself
(lib/chat/include/pier/chat/packet.hpp), and may break its rules."""

import contextlib
import os
import pathlib
import shlex
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness  # noqa: E402
from harness import settings  # noqa: E402

MAGIC = b"PC\x01"
JOIN, WELCOME, REFUSED, DATA, ACK, PING, PONG, GONE = range(1, 9)
SAY, TELL, NICK, WHO, BYE, SAID, TOLD, JOINED, LEFT, RENAMED, NOTE, FAREWELL = range(1, 13)


class other:
    """The clients' command, when they run on another system than the server."""
    command = None


def main():
    """harness.main(), for scripts that also take --clients=COMMAND."""
    for word in [word for word in sys.argv if word.startswith("--clients=")]:
        sys.argv.remove(word)
        other.command = shlex.split(word.partition("=")[2])
        programs = [*other.command, *sys.argv[sys.argv.index("--") + 1:]]
        if missing := [program for program in programs if not os.path.exists(program)]:
            print("not built:", *missing)
            sys.exit(harness.SKIPPED)
    harness.main()


def client_command():
    """Of a client whose server is this script's, by the same engine."""
    if other.command:
        return other.command
    *before, program = settings.command
    return [*before, program.replace("chat-server", "chat-client"), "--engine", settings.engine]


class ChatServer(harness.Server):
    """Has a port for UDP and one for TCP: `udp` and `tcp`."""

    def _read_names(self):
        end = time.monotonic() + settings.boot_time()
        self.udp = self.tcp = 0
        for _ in range(2):
            line = self._lines.next(end - time.monotonic()).decode()
            if not line:
                raise AssertionError(f"the server does not listen: {self.complaints()!r}")
            kind, protocol, name, engine = line.split()
            if kind != "listening" or protocol not in ("udp", "tcp") or not engine.startswith("engine="):
                raise AssertionError(f"not the line of a socket: {line!r}")
            setattr(self, protocol, int(name.rsplit(":", 1)[1]))
            if protocol == "tcp":
                self.names.append(("127.0.0.1", self.tcp))


class Client:
    """pier-chat-client with its input from a pipe, for the length of a `with` block."""

    def __init__(self, server, name, timeout=harness.BOOT_TIME, tcp=False):
        port = server.tcp if tcp else server.udp
        words = ["--tcp"] if tcp else []
        self.name = name
        self._command = [*client_command(), "--connect", f"127.0.0.1:{port}", "--name", name, "--timeout", str(timeout),
                         *words]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, **harness.host.STARTING)
        self._lines = harness.Lines(self._process.stdout)
        self._said = harness.Lines(self._process.stderr)
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def joined(self):
        self.expect(f"* you are here as {self.name}", harness.BOOT_TIME)
        return self

    def type(self, *lines):
        self._process.stdin.write("".join(line + "\n" for line in lines).encode())
        self._process.stdin.flush()

    def next(self, seconds=harness.PATIENCE):
        """The next line; "" at the end."""
        return self._lines.next(seconds).decode().rstrip("\r\n")

    def expect(self, wanted, seconds=harness.PATIENCE):
        """Reads up to that line: those before it."""
        end = time.monotonic() + seconds
        before = []
        while (line := self.next(end - time.monotonic())) != wanted:
            if not line:
                raise AssertionError(f"{self.name} never saw {wanted!r}, but {before}; {self._process.poll()}")
            before.append(line)
        return before

    def complaint(self):
        return self._said.next().decode().rstrip("\r\n")

    def close(self):
        self._process.stdin.close()

    def kill(self):
        self._process.kill()

    def send_signal(self, number):
        harness.send_signal(self._process, number)

    def wait(self):
        return harness.ended(self._process.wait(harness.PATIENCE))

    def leave(self):
        """The end of its input: its status, and what it still showed."""
        self.close()
        lines = []
        while line := self.next():
            lines.append(line)
        return self.wait(), lines


class Raw:
    """Speaks UDP itself, for the length of a `with` block. Acknowledges what it is told to read."""

    def __init__(self, server, name):
        self._address = ("127.0.0.1", server.udp)
        self.name = name
        self._number = 0
        self._next = 1

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(harness.PATIENCE)
        return self

    def __exit__(self, *_):
        self.socket.close()

    @staticmethod
    def packet(kind, token=0, body=b""):
        return MAGIC + struct.pack(">BQ", kind, token) + body

    def send(self, packet):
        self.socket.sendto(packet, self._address)

    def ask(self):
        """Asks to join: the kind of the answer, its token and body."""
        name = self.name.encode()
        self.send((self.packet(JOIN) + struct.pack(">QB", 7, len(name)) + name).ljust(128, b"\0"))
        return self.receive(WELCOME, REFUSED)

    def join(self):
        kind, self.token, _ = self.ask()
        if kind != WELCOME:
            raise AssertionError("refused")
        self.send(self.packet(PING, self.token))
        self.receive(PONG)
        return self

    def receive(self, *kinds):
        """The next packet of one of these kinds."""
        end = time.monotonic() + harness.PATIENCE
        while time.monotonic() < end:
            packet, _ = self.socket.recvfrom(2048)
            if packet[:3] == MAGIC and packet[3] in kinds:
                return packet[3], struct.unpack(">Q", packet[4:12])[0], packet[12:]
        raise AssertionError(f"no packet of the kinds {kinds}")

    def tell(self, kind, body=b""):
        """A message, sent once."""
        self._number += 1
        self.send(self.packet(DATA, self.token, struct.pack(">IIB", self._number, self._number, kind) + body))

    def say(self, number, text):
        self.tell(SAY, struct.pack(">I", number) + text)

    def message(self):
        """The next message that has not been before: its kind and body."""
        while True:
            _, _, body = self.receive(DATA)
            number, base = struct.unpack(">II", body[:8])
            new = number >= self._next
            self._next = max(self._next, number + 1)
            self.send(self.packet(ACK, self.token, struct.pack(">II", self._next, 0)))
            if new:
                return body[8], body[9:]

    def messages_until(self, kind):
        """Those before the first one of that kind, and that."""
        messages = [self.message()]
        while messages[-1][0] != kind:
            messages.append(self.message())
        return messages
