"""pier-lookup beside getent, with a table and a server of names of our own, on Linux."""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "network"))

import harness
import namespaces
from harness import settings
from namespaces import Namespace

NAME = "pier-lookup"
MANY = 1000  # names of the table

HOSTS = """127.0.0.1 localhost
::1 localhost
192.0.2.1 one.test first.test
192.0.2.2 two.test
2001:db8::2 two.test
192.0.2.9 ev\x1b[31mil.test
"""


SERVER = pathlib.Path(__file__).resolve().with_name("own_names.py")


def setUpModule():
    namespaces.require()


class Resolver(harness.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        names = "".join(f"10.1.{i >> 8}.{i & 255} name{i}.test\n" for i in range(MANY))
        self.network = self.enterContext(Namespace(files={"hosts": HOSTS + names,
                                                          "resolv.conf": "nameserver 127.0.0.1\n",
                                                          "nsswitch.conf": "hosts: files dns\nservices: files\n"}))
        server = self.network.start(sys.executable, "-B", str(SERVER), str(self.folder / "questions"),
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end, server)
        self.assertEqual(harness.Lines(server.stdout).next(), b"ready\n")

    @staticmethod
    def end(server):
        server.stdin.close()
        server.wait(harness.PATIENCE)

    def have_addresses(self, *addresses):
        """Besides loopback's, which AI_ADDRCONFIG does not count."""
        self.network.ip(*(f"address add {address} dev lo" for address in addresses))

    def run_command(self, *command):
        return self.network.run(*command)

    def look(self, *words):
        return self.run_command(*settings.command, "--engine", settings.engine, *words)

    def questions(self):
        return (self.folder / "questions").read_text(encoding="utf-8").splitlines()

    def test_the_addresses_are_those_of_getent_in_its_order(self):
        self.have_addresses("192.0.2.200/32", "2001:db8::200/128")  # getent asks for configured families alone
        for name in ("localhost", "one.test", "first.test", "two.test", "known.test", "alias.test", "many.test"):
            for option, database in (("", "ahosts"), ("-4", "ahostsv4")):
                with self.subTest(f"{option} {name}"):
                    status, output, _ = self.run_command("getent", database, name)
                    self.assertEqual(status, 0)
                    streams = [line.split()[0] for line in output.splitlines() if line.split()[1] == "STREAM"]
                    expected = dict.fromkeys(streams)  # each once: of localhost, the C library reads ::1 as IPv4, too
                    status, output, said = self.look(*option.split(), name)
                    self.assertEqual((status, said), (0, ""))
                    self.assertEqual([line.split() for line in output.splitlines()],
                                     [[address, name] for address in expected])

    def test_ipv6_alone_and_first(self):
        self.assertEqual(self.look("-6", "two.test")[1].split(), ["2001:db8::2", "two.test"])
        for family, expected in (("ipv4", "192.0.2.2"), ("ipv6", "2001:db8::2")):
            status, output, _ = self.look("--prefer", family, "two.test")
            self.assertEqual((status, len(output.splitlines())), (0, 2))
            self.assertEqual(output.split()[0], expected)
        status, output, said = self.look("-6", "one.test")
        self.assertEqual((status, output), (1, ""))
        self.assertIn("one.test by IPv6: host not found", said)

    def test_configured_families_alone(self):
        self.have_addresses("192.0.2.200/32")
        self.assertEqual(len(self.look("two.test")[1].splitlines()), 2)
        self.assertEqual(self.look("--configured", "two.test"), (0, "192.0.2.2       two.test\n", ""))
        status, output, said = self.look("--configured", "-6", "two.test", "2001:db8::9")
        self.assertEqual((status, output), (1, "2001:db8::9     2001:db8::9\n"))
        self.assertIn("two.test by IPv6: host not found", said)

    def test_the_canonical_name(self):
        for name, canonical in (("first.test", "one.test"), ("alias.test", "known.test"), ("one.test", "one.test")):
            status, output, said = self.look("-4", "--canonical", name)
            self.assertEqual((status, said), (0, ""))
            self.assertEqual(output.split()[1:], [canonical])

    def test_a_name_that_is_not_ascii(self):
        status, output, said = self.look("-4", "b\u00fccher.test")
        if "host not found" in said and not any("xn--" in line for line in self.questions()):
            self.skipTest("no library converts it here")
        self.assertEqual((status, said, output.split()), (0, "", ["192.0.2.8", "b\u00fccher.test"]))

    def test_reverse(self):
        status, output, said = self.look("--reverse", "192.0.2.1", "192.0.2.7", "[::1]:80", "127.0.0.1:53")
        self.assertEqual((status, said), (0, ""))
        self.assertEqual([line.split() for line in output.splitlines()],
                         [["192.0.2.1", "one.test"], ["192.0.2.7", "known.test"], ["[::1]:80", "localhost", "http"],
                          ["127.0.0.1:53", "localhost", "domain"]])
        status, output, said = self.look("--reverse", "192.0.2.99")
        self.assertEqual((status, output), (1, ""))
        self.assertIn("192.0.2.99: host not found", said)

    def test_nothing_of_a_name_is_obeyed_by_a_terminal(self):
        status, output, _ = self.look("--reverse", "192.0.2.9")
        self.assertNotIn("\x1b", output)
        if status == 0:
            self.assertEqual(output.split(), ["192.0.2.9", r"ev\x1b[31mil.test"])

    def test_numeric_asks_nobody(self):
        status, output, said = self.look("--numeric", "known.test", "one.test", "192.0.2.1")
        self.assertEqual((status, output.split()), (1, ["192.0.2.1", "192.0.2.1"]))
        self.assertEqual(said.count("--numeric takes addresses alone"), 2)
        self.assertEqual(self.questions(), [])

    def test_an_unknown_name_and_a_server_that_fails(self):
        status, output, said = self.look("-4", "known.test", "unknown.test", "failing.test", "one.test")
        self.assertEqual(status, 1)
        self.assertEqual([line.split()[1] for line in output.splitlines()], ["known.test", "one.test"])
        unknown, failing = said.splitlines()
        self.assertTrue(unknown.startswith(f"{NAME}: unknown.test by IPv4: host not found"), unknown)
        self.assertTrue(failing.startswith(f"{NAME}: failing.test by IPv4: temporary"), failing)

    def test_a_thousand_names_in_their_order(self):
        names = [f"name{i * 7 % MANY}.test" for i in range(MANY)]
        numbers = [i * 7 % MANY for i in range(MANY)]
        (self.folder / "names").write_text("\n".join(names), encoding="utf-8")
        for parallel in ("1", "64"):
            status, output, said = self.look("-4", "--parallel", parallel, "--file", str(self.folder / "names"))
            self.assertEqual((status, said), (0, ""))
            self.assertEqual([line.split() for line in output.splitlines()],
                             [[f"10.1.{i >> 8}.{i & 255}", f"name{i}.test"] for i in numbers])

    def test_a_deadline_counts_for_each_name_and_keeps_the_order(self):
        status, output, said = self.look("-4", "--json", "--timeout", "1", "one.test", "silent.test", "two.test")
        self.assertEqual(status, 1)
        self.assertIn("silent.test by IPv4: timed out", said)
        answers = json.loads(output)["answers"]
        self.assertEqual([(each["question"], each["found"]) for each in answers],
                         [("one.test", True), ("silent.test", False), ("two.test", True)])
        self.assertIn("A silent.test", self.questions())

    def test_interrupt(self):
        with self.network.start(*settings.command, "--engine", settings.engine, "silent.test",
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL) as process:
            try:
                log = self.folder / "questions"
                harness.wait_for(lambda: log.exists() and "silent.test" in log.read_text(encoding="utf-8"),
                                 "a question to the server of names")
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(harness.PATIENCE), 130)
                self.assertEqual(process.stdout.read(), b"")
            finally:
                process.kill()


if __name__ == "__main__":
    harness.main()
