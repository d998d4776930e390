"""pier-echo-server by UDP, alone and beside TCP on one port."""

import contextlib
import pathlib
import signal
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import PATIENCE, Server, settings

NAME = "pier-echo-server"
BOTH = ("tcp", "udp")


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def client(family=socket.AF_INET):
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.settimeout(settings.boot_time())
    return made


class Udp(harness.TestCase):
    def echo(self, to, data=b"hello", family=socket.AF_INET):
        with client(family) as sender:
            sender.sendto(data, to)
            got, name = sender.recvfrom(1 << 16)
        self.assertEqual((got, name[:2]), (data, to))

    def test_datagrams_of_every_size(self):
        with Server("--udp", protocols=("udp",)) as server:
            self.assertEqual(server.names, [])
            for size in (0, 1, 64, 1472, 9000, 65507):
                self.echo(server.udp_names[0], bytes(i * 7 & 255 for i in range(size)))
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.complaints(), "")

    def test_many_clients(self):
        """Each gets its own, and what one doesn't fetch holds nobody up."""
        with Server("--udp", protocols=("udp",)) as server, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(client()) for _ in range(50)]
            for i, each in enumerate(clients):
                each.sendto(b"%d" % i, server.udp_names[0])
            for i, each in reversed(list(enumerate(clients))):
                self.assertEqual(each.recv(100), b"%d" % i)

    def test_the_port_of_the_server_is_no_clients(self):
        """Who sends from there is an echo server, too, and would be answered for ever."""
        with Server("--udp", protocols=("udp",)) as server:
            host, port = server.udp_names[0]
            with client() as twin:
                twin.bind(("127.0.0.2", port))
                twin.sendto(b"first", (host, port))
                self.echo((host, port), b"second")  # behind the first one, which has been dropped by now
                twin.setblocking(False)
                with self.assertRaises(BlockingIOError):
                    twin.recv(100)

    def test_tcp_and_udp_at_one_port(self):
        if settings.one_at_a_time():
            self.skipTest("one socket at a time")
        with Server("--tcp", "--udp", protocols=BOTH) as server:
            self.assertEqual(server.names, server.udp_names)
            with server.connect() as connected:
                harness.echo(connected)
                self.echo(server.udp_names[0])
                harness.echo(connected)
                self.assertEqual(server.stop(), 0)
            self.assertEqual(server.complaints(), "")
            # Both are free again.
            with Server("--tcp", "--udp", listen=[f"127.0.0.1:{server.port}"], protocols=BOTH) as successor:
                self.echo(successor.udp_names[0])
                harness.echo_once(successor)

    def test_several_places_each_with_its_pair(self):
        if settings.one_at_a_time():
            self.skipTest("one socket at a time")
        places = ["127.0.0.1:0", "127.0.0.1:0"]
        with contextlib.suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
            places.append("[::1]:0")
        with Server("--tcp", "--udp", listen=places, protocols=BOTH) as server:
            self.assertEqual(sorted(server.names), sorted(server.udp_names))
            for i, name in enumerate(server.names):
                harness.echo_once(server, i)
                self.echo(name, family=socket.AF_INET6 if ":" in name[0] else socket.AF_INET)
            self.assertEqual(server.stop(), 0)

    def test_loops_beside_the_one_with_the_datagrams(self):
        if settings.one_at_a_time():
            self.skipTest("one socket at a time")
        with Server("--tcp", "--udp", "--threads", "2", protocols=BOTH) as server, contextlib.ExitStack() as stack:
            self.assertEqual(server.names, server.udp_names)
            connected = [stack.enter_context(server.connect()) for _ in range(8)]
            for each in connected:
                self.echo(server.udp_names[0])
                harness.echo(each)
            server.send_signal(signal.SIGINT)
            self.assertEqual(server.wait(), 0)

    def test_one_client_at_a_time_and_datagrams_meanwhile(self):
        if settings.one_at_a_time():
            self.skipTest("one socket at a time")
        with Server("--tcp", "--udp", "--model", "iterative", protocols=BOTH) as server, server.connect() as connected:
            harness.echo(connected)
            self.echo(server.udp_names[0])
            self.assertEqual(server.stop(), 0)

    def test_a_port_that_udp_has_already(self):
        with client() as other:
            other.bind(("127.0.0.1", 0))
            place = "127.0.0.1:%d" % other.getsockname()[1]
            status, output, complaint = harness.run("--engine", settings.engine, "--udp", "--listen", place)
        self.assertEqual((status, output), (1, ""))
        self.assertTrue(complaint.startswith(f"{NAME}: listening on {place}: "), complaint)
        self.assertIn("in use", complaint)


class CommandLine(harness.TestCase):
    def refused(self, *arguments):
        status, output, complaint = harness.run(*arguments)
        self.assertEqual((status, output), (2, ""))
        self.assertEqual(complaint.count("\n"), 1)
        return complaint.removeprefix(f"{NAME}: ").strip()

    def test_models_without_udp(self):
        for model in ("thread", "pool", "process", "prefork"):
            self.assertEqual(self.refused("--udp", "--model", model),
                             f"the {model} model spreads connections, and UDP has none; with UDP, --model is event or "
                             "iterative")

    def test_what_does_not_go_together(self):
        self.assertIn("one of TCP and UDP", self.refused("--udp", "--tcp", "--engine", "blocking"))
        self.assertEqual(self.refused("--udp", "--listen", "unix:/tmp/x"),
                         "--listen: unix:/tmp/x is no address of UDP")
        self.assertIn("have a use only with --tcp", self.refused("--udp", "--threads", "2"))

    def test_help(self):
        status, output, _ = harness.run("--help")
        self.assertEqual(status, 0)
        self.assertRegex(output, r"(?m)^  --udp +serve UDP, by the models event and iterative")
        self.assertRegex(output, r"(?m)^  --tcp +serve TCP \(default\)")


if __name__ == "__main__":
    harness.main()
