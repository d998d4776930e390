"""A server that is reached by its name, in two network namespaces of the test's own: what a client does where IPv6, IPv4 or
neither leads there."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import settings

PORT = "7000"
SIX, FOUR = "2001:db8:7::", "198.51.100."  # of documentation: RFC 3849, RFC 5737


def run(*words):
    subprocess.run(words, check=True, capture_output=True, timeout=harness.PATIENCE)


class Network:
    """A client's and a server's namespace with a cable between them, for the length of a `with` block."""

    def __init__(self):
        self.client, self.server = (f"pier-{os.getpid()}-{side}" for side in ("client", "server"))
        self._folder = pathlib.Path("/etc/netns", self.client)

    def __enter__(self):
        self._stack = contextlib.ExitStack()
        try:
            self._make()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _make(self):
        for name in (self.client, self.server):
            run("ip", "netns", "add", name)
            self._stack.callback(run, "ip", "netns", "del", name)
        run("ip", "-n", self.client, "link", "add", "veth0", "type", "veth", "peer", "veth0", "netns", self.server)
        for name, last in ((self.client, "1"), (self.server, "2")):
            run("ip", "-n", name, "link", "set", "lo", "up")
            # Without nodad an address of IPv6 can't be used for a second.
            run("ip", "-n", name, "address", "add", f"{SIX}{last}/64", "dev", "veth0", "nodad")
            run("ip", "-n", name, "address", "add", f"{FOUR}{last}/24", "dev", "veth0")
            run("ip", "-n", name, "link", "set", "veth0", "up")
        mac = subprocess.run(["ip", "netns", "exec", self.server, "cat", "/sys/class/net/veth0/address"], check=True,
                             capture_output=True, encoding="ascii", timeout=harness.PATIENCE).stdout.strip()
        # The server's side hears what is for these, but they are not its addresses, and it answers nothing.
        for address in (f"{SIX}3", f"{FOUR}3"):
            run("ip", "-n", self.client, "neighbour", "add", address, "lladdr", mac, "dev", "veth0", "nud", "permanent")
        self._folder.mkdir(parents=True)
        self._stack.callback(shutil.rmtree, self._folder)
        hosts = "".join(f"{SIX}{six} {name}\n{FOUR}{four} {name}\n" for name, six, four in
                        (("both.test", 2, 2), ("four.test", 3, 2), ("six.test", 2, 3), ("neither.test", 3, 3)))
        (self._folder / "hosts").write_text(hosts, encoding="ascii")
        (self._folder / "nsswitch.conf").write_text("hosts: files\n", encoding="ascii")
        (self._folder / "resolv.conf").write_text("", encoding="ascii")

    @contextlib.contextmanager
    def listening(self):
        """An echo server on all its addresses."""
        program = pathlib.Path(settings.command[-1]).with_name("pier-echo-server")
        with subprocess.Popen(["ip", "netns", "exec", self.server, program, "--listen", f"*:{PORT}"],
                              stdout=subprocess.PIPE) as server:
            try:
                lines = harness.Lines(server.stdout)
                for _ in range(2):
                    if not lines.next().startswith(b"listening tcp "):
                        raise AssertionError("the server does not listen")
                yield
                server.send_signal(signal.SIGINT)
                server.wait(harness.PATIENCE)
            finally:
                server.kill()

    def ask(self, name, timeout=harness.PATIENCE):
        """Its status, stdout and stderr."""
        words = ["--engine", settings.engine, "--connect", f"{name}:{PORT}", "--message", "hello", "--timeout"]
        done = subprocess.run(["ip", "netns", "exec", self.client, *settings.command, *words, str(timeout)],
                              capture_output=True, encoding="utf-8", timeout=3 * harness.PATIENCE, check=False)
        return done.returncode, done.stdout.splitlines()[:1], done.stderr


class ByName(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("ip") or subprocess.run(["unshare", "--net", "true"], check=False,
                                                    capture_output=True).returncode != 0:
            raise unittest.SkipTest("network namespaces are not allowed here")
        cls.network = cls.enterClassContext(Network())

    def test_both_families_lead_there(self):
        with self.network.listening():
            self.assertEqual(self.network.ask("both.test"), (0, ["hello"], ""))

    def test_one_family_leads_nowhere(self):
        """No answer comes from there at all. The system alone would try for two minutes."""
        with self.network.listening():
            for name in ("four.test", "six.test"):
                with self.subTest(name=name):
                    self.assertEqual(self.network.ask(name), (0, ["hello"], ""))

    def test_nobody_listens(self):
        status, _, complaint = self.network.ask("both.test")
        self.assertEqual(status, 1)
        self.assertRegex(complaint, rf"connecting to both\.test:{PORT}: \[{SIX}2\]:{PORT}: connection refused .*; "
                                    rf"{FOUR}2:{PORT}: connection refused ")

    def test_no_family_leads_there(self):
        status, _, complaint = self.network.ask("neither.test", 0.5)
        self.assertEqual(status, 1)
        self.assertIn(f"connecting to neither.test:{PORT}: [{SIX}3]:{PORT}: timed out", complaint)


if __name__ == "__main__":
    harness.main()
