"""Two network namespaces of the test's own: a client's, with names for a server of which IPv6, IPv4 or neither leads there."""

import contextlib
import json
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import settings
import namespaces
from namespaces import Entered, Namespace

PORT = "7000"
SIX, FOUR = "2001:db8:7::", "198.51.100."  # of documentation: RFC 3849, RFC 5737


class Network(Entered):
    """A client's and a server's namespace with a cable between them, for the length of a `with` block. The client is
    ...1, the server ...2, and ...3 is a host that answers nothing."""

    def _enter(self, stack):
        if not namespaces.has_ipv6():
            raise unittest.SkipTest("there is no IPv6 here")
        hosts = "".join(f"{SIX}{six} {name}\n{FOUR}{four} {name}\n" for name, six, four in
                        (("both.test", 2, 2), ("four.test", 3, 2), ("six.test", 2, 3), ("neither.test", 3, 3)))
        files = {"hosts": hosts, "nsswitch.conf": "hosts: files\n", "resolv.conf": ""}
        self.client = stack.enter_context(Namespace(files=files))
        self.server = stack.enter_context(Namespace(beside=self.client))
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
