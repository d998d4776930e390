"""pier-chat-client in a terminal: the line being typed stays whole when messages come, and the terminal is given back."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import wire
from wire import ChatServer, Client

import harness


class Screen:
    """Rows as a terminal would show them, of what the client uses: text, \\r, \\n, ESC [ K and ESC [ n C."""

    def __init__(self):
        self.rows = [""]
        self.column = 0
        self._rest = ""

    def feed(self, text):
        text = self._rest + text
        while text:
            match = re.match(r"\x1b\[(\d*)([A-Za-z])|[^\x1b]", text, re.DOTALL)
            if match is None:
                break
            self._obey(match)
            text = text[match.end():]
        self._rest = text

    def _obey(self, match):
        row = self.rows[-1]
        if match[2] == "K":
            self.rows[-1] = row[:self.column]
        elif match[2] == "C":
            self.column += int(match[1])
        elif match[2]:
            raise AssertionError(f"an unknown sequence: {match[0]!r}")
        elif match[0] == "\r":
            self.column = 0
        elif match[0] == "\n":
            self.rows.append("")
            self.column = 0
        elif match[0] != "\a":
            self.rows[-1] = row[:self.column].ljust(self.column) + match[0] + row[self.column + 1:]
            self.column += 1


class Terminal:
    """A client whose terminal is ours, for the length of a `with` block."""

    def __init__(self, server, name, before=()):
        self._command = [*before, *wire.client_command(), "--connect", f"127.0.0.1:{server.udp}", "--name", name]
        self.name = name
        self.screen = Screen()

    def __enter__(self):
        self._master, self._slave = pty.openpty()
        self.resize(80)
        self.before = termios.tcgetattr(self._slave)
        # The terminal is that session's, so Ctrl-C and a hang-up reach the client as from a real one.
        self.process = subprocess.Popen(self._command, stdin=self._slave, stdout=self._slave, stderr=self._slave,
                                        env={**os.environ, "TERM": "xterm"}, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for end in (self._master, self._slave):
            with contextlib.suppress(OSError):
                os.close(end)

    def hang_up(self):
        os.close(self._master)

    def resize(self, columns):
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def type(self, text):
        os.write(self._master, text.encode())

    def read(self, seconds):
        """What comes in that time is on the screen: false when nothing came."""
        readable, _, _ = select.select([self._master], [], [], seconds)
        if readable:
            with contextlib.suppress(OSError):
                self.screen.feed(os.read(self._master, 4096).decode())
        return bool(readable)

    def see(self, state, what):
        """Until state(rows) is true."""
        end = time.monotonic() + harness.PATIENCE
        while not state(self.screen.rows):
            if not self.read(max(0, end - time.monotonic())):
                raise AssertionError(f"never saw {what}: {self.screen.rows}")

    def see_row(self, text):
        self.see(lambda rows: text in rows, repr(text))

    def see_line(self, text):
        """The line being typed."""
        self.see(lambda rows: rows[-1] == text, f"the line {text!r}")

    def joined(self):
        self.see_row(f"* you are here as {self.name}")
        self.see_line("> ")
        return self

    def mode(self):
        return termios.tcgetattr(self._slave)

    def gives_keys(self):
        return not self.mode()[3] & (termios.ICANON | termios.ECHO)

    def wait(self):
        return self.process.wait(harness.PATIENCE)


class InATerminal(harness.TestCase):
    def test_a_message_leaves_the_line_being_typed_alone(self):
        with ChatServer() as server, Terminal(server, "ann") as ann:
            ann.joined()
            with Client(server, "bob") as bob:
                self.interrupt(ann, bob.joined())

    def interrupt(self, ann, bob):
        ann.see_row("* bob joined")
        ann.type("hello bob")
        ann.see_line("> hello bob")
        bob.type("an interruption")
        ann.see_row("<bob> an interruption")
        ann.see_line("> hello bob")
        self.assertEqual(ann.screen.column, len("> hello bob"))
        ann.type("\x1b[D\x1b[D\x1b[Dr\x7f\x1b[C\x1b[C\x1b[C!")
        ann.see_line("> hello bob!")
        bob.type("another")
        ann.see_row("<bob> another")
        ann.see_line("> hello bob!")
        ann.type("\r")
        bob.expect("<ann> hello bob!")
        ann.see_row("<ann> hello bob!")
        ann.see_line("> ")
        # Nothing else was ever a row of its own.
        self.assertEqual(ann.screen.rows, ["* you are here as ann", "* bob joined", "<bob> an interruption",
                                           "<bob> another", "<ann> hello bob!", "> "])

    def test_many_messages_while_a_line_is_typed(self):
        with ChatServer("--rate", "500", "--burst", "100") as server, Terminal(server, "ann") as ann, \
                Client(server, "bob") as bob:
            ann.joined()
            bob.joined()
            bob.type(*[f"number {number}" for number in range(50)])
            text = "grüße, typed between all of these messages"
            for character in text:
                ann.type(character)
                ann.see(lambda rows, c=character: c in rows[-1], "the key")
            ann.see_row("<bob> number 49")
            ann.see_line("> " + text)
            ann.type("\r")
            bob.expect("<ann> " + text)
            shown = [row for row in ann.screen.rows if row.startswith("<bob>")]
            self.assertEqual(shown, [f"<bob> number {number}" for number in range(50)])

    def test_a_narrow_terminal(self):
        with ChatServer() as server, Terminal(server, "ann") as ann:
            ann.joined()
            ann.type("0123456789 0123456789 0123456789")
            ann.see_line("> 0123456789 0123456789 0123456789")
            ann.resize(20)
            ann.see_line("> 456789 0123456789")
            ann.type("\x01")
            ann.see_line("> 0123456789 012345")
            ann.resize(80)
            ann.see_line("> 0123456789 0123456789 0123456789")

    def test_the_terminal_is_given_back(self):
        def leave(ann):
            ann.type("/quit\r")

        def end_input(ann):
            ann.type("\x04")

        def interrupt(ann):
            ann.type("\x03")

        ways = {"/quit": (leave, 0), "Ctrl-D": (end_input, 0), "Ctrl-C": (interrupt, 0)}
        for number, status in ((signal.SIGTERM, 0), (signal.SIGQUIT, -signal.SIGQUIT), (signal.SIGHUP, -signal.SIGHUP)):
            ways[number.name] = (lambda ann, n=number: ann.process.send_signal(n), status)
        with ChatServer() as server:
            for way, (end, status) in ways.items():
                with self.subTest(way=way), Terminal(server, "ann" + re.sub(r"\W", "", way)) as ann:
                    ann.joined()
                    self.assertTrue(ann.gives_keys())
                    ann.type("half a line" if way.startswith("SIG") or way == "Ctrl-C" else "")
                    end(ann)
                    self.assertEqual(ann.wait(), status)
                    self.assertEqual(ann.mode(), ann.before)

    def test_the_terminal_is_given_back_while_the_client_is_suspended(self):
        """By a shell with job control: nothing else may be suspended from a terminal."""
        shell = ("sh", "-c", 'set -m; "$@"; echo "stopped $?"; read word; fg >/dev/null; echo "ended $?"', "sh")
        with ChatServer() as server, Terminal(server, "ann", before=shell) as ann:
            ann.joined()
            ann.type("half")
            ann.see_line("> half")
            self.assertTrue(ann.gives_keys())
            ann.type("\x1a")
            ann.see(lambda rows: any(row.endswith(f"stopped {128 + signal.SIGTSTP}") for row in rows), "the shell")
            self.assertEqual(ann.mode(), ann.before)
            ann.type("go on\n")
            ann.see(lambda rows: "go on" in rows[-2], "the shell's echo")
            ann.see_line("> half")
            harness.wait_for(ann.gives_keys, "keys again")
            ann.type("\x7fl\r")
            ann.see_row("<ann> hall")
            ann.type("/quit\r")
            ann.see(lambda rows: any(row.endswith("ended 0") for row in rows), "the end")
            self.assertEqual(ann.wait(), 0)

    def test_a_terminal_that_goes(self):
        with ChatServer() as server, Client(server, "bob") as bob, Terminal(server, "ann") as ann:
            bob.joined()
            ann.joined()
            ann.hang_up()
            ann.wait()
            self.assertTrue(server.runs())

    def test_no_server(self):
        class Nobody:
            udp = 9  # where nobody listens

        with Terminal(Nobody, "ann") as ann:
            harness.wait_for(ann.gives_keys, "keys")
            ann.type("\x03")
            self.assertEqual(ann.wait(), 0)
            self.assertEqual(ann.mode(), ann.before)


if __name__ == "__main__":
    wire.main()
