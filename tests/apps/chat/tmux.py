"""pier-chat-client in tmux: a terminal that people use shows what the client means, also when its window changes."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

import wire
from wire import ChatServer, Client

import harness


class Window:
    """A client in a tmux of its own, for the length of a `with` block."""

    def __init__(self, server, name):
        self._command = [*wire.client_command(), "--connect", f"127.0.0.1:{server.udp}", "--name", name]
        self.name = name

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self._socket = os.path.join(self._folder.name, "tmux")
        # The shell stays, so that the screen can be seen when the client has ended.
        script = f"{shlex.join(self._command)}; echo ended $?; read nothing"
        # Control mode tells whenever something has been written to the window.
        self._process = subprocess.Popen(
            ["tmux", "-S", self._socket, "-f", os.devnull, "-u", "-C", "new-session", "-x", "80", "-y", "24",
             "sh", "-c", script],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"})
        self._news = harness.Lines(self._process.stdout)
        while not self._news.next(harness.BOOT_TIME).startswith(b"%session-changed"):
            if self._process.poll() is not None:
                raise AssertionError("tmux does not start")
        return self

    def __exit__(self, *_):
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], capture_output=True, timeout=harness.PATIENCE,
                       check=False)
        self._process.stdin.close()
        self._process.wait(harness.PATIENCE)
        self._folder.cleanup()

    def _ask(self, *words):
        return subprocess.run(["tmux", "-S", self._socket, *words], capture_output=True, encoding="utf-8",
                              timeout=harness.PATIENCE, check=True).stdout

    def type(self, text):
        self._ask("send-keys", "-l", text)

    def press(self, *keys):
        self._ask("send-keys", *keys)

    def resize(self, columns):
        self._ask("resize-window", "-x", str(columns), "-y", "24")

    def rows(self):
        """Those that are not empty."""
        return [row.rstrip() for row in self._ask("capture-pane", "-p").splitlines() if row.strip()]

    def cursor(self):
        return int(self._ask("display-message", "-p", "#{cursor_x}"))

    def see(self, *wanted):
        """Until the last rows are these."""
        end = time.monotonic() + harness.BOOT_TIME
        while (rows := self.rows())[-len(wanted):] != list(wanted):
            if not self._news.next(max(0, end - time.monotonic())):
                raise AssertionError(f"{self.name} never saw {wanted}, but {rows}")


class InTmux(harness.TestCase):
    def test_a_conversation(self):
        with ChatServer() as server, Window(server, "ann") as ann:
            ann.see("* you are here as ann", ">")
            with Client(server, "bob") as bob:
                bob.joined()
                ann.see("* bob joined", ">")
                ann.type("grüße bob")
                ann.see("* bob joined", "> grüße bob")
                bob.type("an interruption")
                ann.see("* bob joined", "<bob> an interruption", "> grüße bob")
                self.assertEqual(ann.cursor(), len("> grüße bob"))
                ann.press("Home")
                ann.type("my ")
                ann.press("End", *["BSpace"] * len(" bob"))
                ann.see("<bob> an interruption", "> my grüße")
                ann.resize(24)
                bob.type("in a narrow window")
                ann.see("<bob> in a narrow window", "> my grüße")
                ann.resize(80)
                ann.press("Enter")
                bob.expect("<ann> my grüße")
                ann.see("<ann> my grüße", ">")
                bob.leave()
            ann.see("* bob left", ">")
            ann.type("/quit")
            ann.press("Enter")
            ann.see("ended 0")


if __name__ == "__main__":
    if shutil.which("tmux") is None:
        print("there is no tmux here")
        sys.exit(harness.SKIPPED)
    wire.main()
