"""A server that is reached by its name, in two network namespaces of the test's own: what a client does where IPv6, IPv4 or
neither leads there."""

import contextlib
import json
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness
import namespaces
from harness import settings
from namespaces import Namespace

PORT = "7000"
SIX, FOUR = "2001:db8:7::", "198.51.100."  # of documentation: RFC 3849, RFC 5737


def setUpModule():
    namespaces.require()


class Network:
    """A client's and a server's namespace with a cable between them, for the length of a `with` block."""

    def __enter__(self):
        hosts = "".join(f"{SIX}{six} {name}\n{FOUR}{four} {name}\n" for name, six, four in
                        (("both.test", 2, 2), ("four.test", 3, 2), ("six.test", 2, 3), ("neither.test", 3, 3)))
        self._stack = contextlib.ExitStack()
        try:
            self.client = self._stack.enter_context(Namespace(files={"hosts": hosts, "nsswitch.conf": "hosts: files\n",
                                                                     "resolv.conf": ""}))
            self.server = self._stack.enter_context(Namespace(beside=self.client))
            self._connect()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _connect(self):
        self.client.connect("veth0", self.server, "veth0")
        for network, last in ((self.client, "1"), (self.server, "2")):
            # Without nodad an address of IPv6 can't be used for a second.
            network.ip(f"address add {SIX}{last}/64 dev veth0 nodad", f"address add {FOUR}{last}/24 dev veth0",
                       "link set veth0 up")
        _, shown, _ = self.server.run("ip", "-json", "link", "show", "dev", "veth0")
        mac = json.loads(shown)[0]["address"]
        # The server's side hears what is for these, but they are not its addresses, and it answers nothing.
        self.client.ip(*(f"neighbour add {address} lladdr {mac} dev veth0 nud permanent"
                         for address in (f"{SIX}3", f"{FOUR}3")))

    @contextlib.contextmanager
    def listening(self):
        """An echo server on all its addresses."""
        program = pathlib.Path(settings.command[-1]).with_name("pier-echo-server")
        with self.server.start(program, "--listen", f"*:{PORT}", stdout=subprocess.PIPE) as server:
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
        status, output, said = self.client.run(*settings.command, *words, str(timeout))
        return status, output.splitlines()[:1], said


class ByName(harness.TestCase):
    @classmethod
    def setUpClass(cls):
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
