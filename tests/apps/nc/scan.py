"""pier-nc -z, and what pier-nc says of a command line that is wrong."""

import socket
import unittest

import netcat
from netcat import Netcat, Other

import harness
from harness import settings


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def run(*arguments):
    return harness.run("--engine", settings.engine, *arguments)


class Scan(harness.TestCase):
    def test_the_status_says_whether_a_port_is_open(self):
        with Other() as other, netcat.refused_port() as holder:
            closed = str(holder.getsockname()[1])
            self.assertEqual(run("-z", "127.0.0.1", str(other.port)), (0, "", ""))
            self.assertEqual(run("-z", "127.0.0.1", closed), (1, "", ""))
            self.assertEqual(run("-z", "127.0.0.1", closed, str(other.port)), (0, "", ""))
            self.assertEqual(run("-z", "127.0.0.1", str(other.port), closed), (0, "", ""))

    def test_each_port_is_told_in_order(self):
        with Other() as one, Other() as two, netcat.refused_port() as holder:
            closed = holder.getsockname()[1]
            ports = [two.port, closed, one.port, closed, two.port]
            for at_once in ("1", "3"):
                status, output, said = run("-zv", "--at-once", at_once, "127.0.0.1", *map(str, ports))
                self.assertEqual((status, output), (0, ""))
                expected = [f"pier-nc: 127.0.0.1:{port}: " + ("connection refused" if port == closed else "open")
                            for port in ports]
                lines = said.splitlines()
                self.assertEqual(len(lines), len(expected), said)
                for line, begin in zip(lines, expected):
                    self.assertTrue(line.startswith(begin), line)

    def test_a_range(self):
        with Other() as other:
            first, last = max(1, other.port - 20), min(65535, other.port + 20)
            for text in (f"{first}-{last}", f"{last}-{first}"):
                status, _, said = run("-zv", "-w", "5", "127.0.0.1", text)
                self.assertEqual(status, 0)
                ports = [int(line.split(":")[2]) for line in said.splitlines()]
                self.assertEqual(ports, list(range(first, last + 1)))
                self.assertIn(f"127.0.0.1:{other.port}: open", said)

    def test_datagrams(self):
        with Other(socket.SOCK_DGRAM) as other:
            self.assertEqual(run("-zu", "-w", "0.5", "127.0.0.1", str(other.port)), (0, "", ""))
            port = other.port
        status, _, said = run("-zuv", "-w", "2", "127.0.0.1", str(port))
        self.assertEqual(status, 1)
        self.assertIn("connection refused", said)

    def test_the_deadline(self):
        if settings.windows or settings.wine:
            self.skipTest("a queue that is full refuses there")
        with Other() as other:
            other.socket.listen(0)
            with socket.create_connection(("127.0.0.1", other.port)):  # fills it
                status, _, said = run("-zv", "-w", "0.3", "127.0.0.1", str(other.port), str(other.port))
                self.assertEqual(status, 1)
                self.assertEqual(said.count("timed out"), 2)


    def test_a_service_by_its_name(self):
        _, _, said = run("-zv", "127.0.0.1", "http")
        self.assertTrue(said.startswith("pier-nc: 127.0.0.1:80: "), said)  # open or not

    def test_interrupt(self):
        if settings.windows or settings.wine:
            self.skipTest("a queue that is full refuses there")
        with Other() as other, Other() as full:
            full.socket.listen(0)
            with socket.create_connection(("127.0.0.1", full.port)):  # fills it
                with Netcat("-zv", "127.0.0.1", str(other.port), str(full.port)) as client:
                    client.line("open")
                    client.interrupt()
                    self.assertEqual(client.end(), 130)


class CommandLine(harness.TestCase):
    def test_help(self):
        self.help_for_people()

    def test_sentences(self):
        for status, pattern, words in (
                (2, "a host and a port", []),
                (2, "a host and a port", ["127.0.0.1"]),
                (2, "port to listen on", ["-l"]),
                (2, '"65536": a port is a number from 1 to 65535', ["127.0.0.1", "65536"]),
                (2, '"0": a port is a number from 1 to 65535', ["127.0.0.1", "0"]),
                (2, '"65536": a port is a number from 0 to 65535', ["-l", "65536"]),
                (2, '"99999": a port is', ["127.0.0.1", "1-99999"]),
                (2, "two numbers, such as 20-30", ["127.0.0.1", "20-"]),
                (2, "two numbers, such as 20-30", ["127.0.0.1", "20-http"]),
                (2, "neither a port nor a range", ["127.0.0.1", "%&"]),
                (2, "an empty text is no port", ["127.0.0.1", ""]),
                (2, "not several", ["-l", "127.0.0.1", "20-30"]),
                (2, "--keep-open requires --listen", ["-k", "127.0.0.1", "80"]),
                (2, "--listen excludes --scan", ["-lz", "127.0.0.1", "80"]),
                (2, "--ipv4 excludes --ipv6", ["-46", "127.0.0.1", "80"]),
                (2, "--wait", ["-w", "soon", "127.0.0.1", "80"]),
                (2, "--wait", ["-w", "0", "127.0.0.1", "80"]),
                (2, "--wait: not a number", ["-w", "nan", "127.0.0.1", "80"]),
                (2, "--quit", ["-q", "soon", "127.0.0.1", "80"]),
                (2, "--at-once", ["--at-once", "0", "-z", "127.0.0.1", "80"]),
                (2, "--source-port", ["-p", "70000", "127.0.0.1", "80"]),
                (2, "--source-port: one number", ["-p", "20-30", "127.0.0.1", "80"]),
                (2, "same: say one", ["-l", "-p", "80", "127.0.0.1", "80"]),
                (2, "same with -l", ["-l", "-s", "127.0.0.1", "127.0.0.1", "80"]),
                (2, "path of the socket", ["-U"]),
                (2, "has no port", ["-U", "x", "80"]),
                (2, "neither of IPv4", ["-U4", "x"]),
                (2, "-s is for addresses", ["-U", "-s", "y", "x"]),
                (2, "there is no engine", ["--engine", "steam", "127.0.0.1", "80"]),
                (1, '"localhost" with -n', ["-zn", "localhost", "80"]),
                (1, '"127.1"', ["-z", "127.1", "80"]),
                (1, "as an address of IPv6", ["-z6", "127.0.0.1", "80"]),
                (1, 'finding the port "no-such-service"', ["-z", "127.0.0.1", "no-such-service"]),
                (1, "zone", ["-z", "::1%lo", "80"]),
                (1, "too long", ["-zU", "x" * 200])):
            with self.subTest(words):
                engine = [] if "--engine" in words else ["--engine", settings.engine]
                got, output, said = harness.run(*engine, *words)
                self.assertEqual((got, output), (status, ""), said)
                self.assertRegex(said, "^pier-nc: ")
                self.assertIn(pattern, said)
                self.assertEqual(said.count("\n"), 1)

    def test_an_engine_that_blocks_only_scans(self):
        if not settings.one_at_a_time():
            self.skipTest("engines that do several things at once talk")
        status, output, said = run("127.0.0.1", "80")
        self.assertEqual((status, output), (2, ""))
        self.assertIn("does one thing at a time", said)

    def test_the_output_of_help_is_closed(self):
        for what, output in harness.unwritable_outputs():
            with self.subTest(what), output() as stdout:
                self.assertEqual(harness.run_into(stdout, "--help"), (1, "pier-nc: the output can't be written\n"))


if __name__ == "__main__":
    harness.main()
