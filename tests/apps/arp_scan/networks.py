"""pier-arp-scan in networks of the test's own: nothing is sent by an interface of this machine.

`near` is where pier-arp-scan runs, with a cable e0 to `far`. There a kernel with many addresses answers, or a script
(responder.py) that answers as no good host does.
"""

import contextlib
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "network"))

import harness
import namespaces
from harness import settings
from namespaces import Entered, Namespace

RESPONDER = str(pathlib.Path(__file__).resolve().with_name("responder.py"))
PATIENCE = 30
QUICK = ("--timeout", "100", "--interval", "0.5")  # for what is not about time


def setUpModule():
    namespaces.require()


class Pair(Entered):
    """Two namespaces with a cable between them. `silent`: the kernel of `far` answers no ARP."""

    def __init__(self, prefix="192.0.2", length=24, silent=False):
        self.prefix, self.length, self.silent = prefix, length, silent

    def _enter(self, stack):
        self.near = stack.enter_context(Namespace())
        self.far = stack.enter_context(Namespace(beside=self.near))
        self.near.connect("e0", self.far, "e1")
        # Of IPv6 the kernel would send something by itself, which is counted.
        for each, name in ((self.near, "e0"), (self.far, "e1")):
            each.run("sysctl", "-q", "-w", f"net.ipv6.conf.{name}.disable_ipv6=1")
        self.near.ip(f"address add {self.prefix}.1/{self.length} dev e0", "link set e0 up")
        # Without an address, and without ARP of its own.
        self.far.ip("link set e1 up", *(["link set e1 arp off"] if self.silent else []))
        harness.wait_for(lambda: '"LOWER_UP"' in self.near.run("ip", "-json", "link", "show", "e0")[1], "a link")

    def add_hosts(self, addresses):
        self.far.ip(*(f"address add {each}/{self.length} dev e1" for each in addresses))

    def mac(self):
        return json.loads(self.far.run("ip", "-json", "link", "show", "e1")[1])[0]["address"]

    def sent(self):
        """Packets that have left e0."""
        shown = json.loads(self.near.run("ip", "-json", "-s", "link", "show", "e0")[1])
        return shown[0]["stats64"]["tx"]["packets"]

    def scan(self, *words):
        status, output, complaint = self.near.run(*settings.command, "--engine", settings.engine, "-I", "e0", *words)
        if status != 0 or complaint:
            raise AssertionError(f"status {status}: {complaint}")
        return output

    def hosts(self, *words):
        """What is found, as (address, mac)."""
        return [tuple(line.split("\t")[:2]) for line in self.scan("--plain", *words).splitlines()]


class Hosts(harness.TestCase):
    def test_everybody_is_found_and_nobody_else(self):
        with Pair() as pair:
            there = [f"192.0.2.{i}" for i in range(5, 205)]
            pair.add_hosts(there)
            found = pair.hosts("192.0.2.0/24")
            self.assertEqual(sorted(found), sorted((each, pair.mac()) for each in there))

    def test_the_interfaces_own_prefix_and_the_lines(self):
        with Pair() as pair:
            pair.add_hosts(["192.0.2.7"])
            output = pair.scan(*QUICK)
            mac = re.escape(pair.mac())
            self.assertRegex(output, rf"\AInterface: e0, MAC: [0-9a-f:]+, IPv4: 192\.0\.2\.1, 253 hosts\n"
                                     rf"192\.0\.2\.7\t{mac}\t\(Unknown: locally administered\)\n\n"
                                     r"253 hosts scanned in \d+\.\d{3} seconds \(\d+\.\d+ hosts/sec\)\. 1 responded\n\Z")

    def test_nobody_is_there(self):
        with Pair() as pair:
            self.assertIn("2 hosts scanned", pair.scan("192.0.2.8-9", *QUICK))

    def test_json(self):
        with Pair() as pair:
            pair.add_hosts(["192.0.2.7"])
            begun, host, end = map(json.loads, pair.scan("--json", "192.0.2.7-8", *QUICK).splitlines())
            self.assertEqual(begun["hosts"], 2)
            self.assertEqual(host, {"event": "host", "address": "192.0.2.7", "mac": pair.mac(),
                                    "vendor": "(Unknown: locally administered)"})
            self.assertEqual((end["responded"], end["requests"], end["interrupted"]), (1, 3, False))

    def test_probes_and_another_source(self):
        with Pair() as pair:
            pair.add_hosts(["192.0.2.7"])
            for words in (("--probe",), ("--source-address", "192.0.2.99")):
                with self.subTest(words=words):
                    self.assertEqual(pair.hosts(*words, "192.0.2.7", *QUICK), [("192.0.2.7", pair.mac())])

    def test_vendors(self):
        with Pair() as pair:
            pair.far.ip("link set e1 down", "link set e1 address 00:00:5e:00:53:07", "link set e1 up")
            pair.add_hosts(["192.0.2.7"])
            with harness.tempfile.NamedTemporaryFile("w", suffix=".txt") as table:
                table.write("00005E\tIANA\n00005E0053\tFor pages\n")
                table.flush()
                output = pair.scan("--plain", "--vendors", table.name, "192.0.2.7", *QUICK)
            self.assertEqual(output, "192.0.2.7\t00:00:5e:00:53:07\tFor pages\n")
            self.assertEqual(pair.scan("--plain", "--quiet", "192.0.2.7", *QUICK), "192.0.2.7\t00:00:5e:00:53:07\n")

    def test_a_large_prefix(self):
        """/22, with hosts at both ends."""
        with Pair("198.18.4", 22) as pair:
            there = ["198.18.4.2", "198.18.5.255", "198.18.6.0", "198.18.7.254"]
            pair.add_hosts(there)
            self.assertEqual([address for address, _ in pair.hosts(*QUICK)], there)

    def test_no_address_and_no_ethernet(self):
        with Pair() as pair:
            pair.near.ip("address flush dev e0")
            status, _, complaint = pair.near.run(*settings.command, "-I", "e0")
            self.assertEqual((status, "has no address of IPv4" in complaint), (1, True), complaint)
            status, _, complaint = pair.near.run(*settings.command, "-I", "lo", "127.0.0.0/30")
            self.assertEqual((status, "there is no ARP" in complaint), (1, True), complaint)
            pair.near.ip("link set e0 down")
            status, _, complaint = pair.near.run(*settings.command, "-I", "e0", "192.0.2.7")
            self.assertEqual((status, "switched on" in complaint), (1, True), complaint)


class Beside(harness.TestCase):
    """Beside arp-scan(1)."""

    def compare(self, pair, prefix):
        if shutil.which("arp-scan") is None:
            self.skipTest("arp-scan is not installed")
        before, begun = pair.sent(), time.monotonic()
        ours = pair.hosts(prefix)
        between, middle = pair.sent(), time.monotonic()
        status, output, complaint = pair.near.run("arp-scan", "-I", "e0", "--plain", "--quiet", prefix)
        after, end = pair.sent(), time.monotonic()
        self.assertEqual(status, 0, complaint)
        theirs = [tuple(line.split("\t")) for line in output.splitlines()]
        self.assertEqual(sorted(ours), sorted(theirs))
        self.assertLessEqual(between - before, after - between)
        print(f"{prefix}: {len(ours)} hosts, {between - before} packets in {middle - begun:.2f} s, "
              f"arp-scan {after - between} in {end - middle:.2f} s", file=sys.stderr)

    def test_a_prefix_of_24_bits(self):
        with Pair() as pair:
            pair.add_hosts([f"192.0.2.{i}" for i in range(5, 205)])
            self.compare(pair, "192.0.2.0/24")

    def test_a_prefix_of_22_bits(self):
        with Pair("198.18.4", 22) as pair:
            pair.add_hosts([f"198.18.{i}.{j}" for i in (5, 6) for j in range(1, 101)])
            self.compare(pair, "198.18.4.0/22")


class Lies(harness.TestCase):
    @contextlib.contextmanager
    def answering(self, pair, mode, most):
        """The other side as a script, and its MAC address."""
        with pair.far.start(sys.executable, "-B", RESPONDER, "e1", mode, str(most), stdout=subprocess.PIPE) as host:
            try:
                lines = harness.Lines(host.stdout)
                ready, mac = lines.next(PATIENCE).decode().split()
                self.assertEqual(ready, "ready")
                yield mac
            finally:
                host.kill()

    def scanned(self, mode, *words):
        with Pair(silent=True) as pair, self.answering(pair, mode, 100) as mac:
            return mac, pair.scan("--plain", "--quiet", *words, *QUICK)

    def test_an_answer(self):
        mac, output = self.scanned("good", "192.0.2.7")
        self.assertEqual(output, f"192.0.2.7\t{mac}\n")

    def test_duplicates(self):
        """The second host is there so that the scan goes on."""
        mac, output = self.scanned("twice", "192.0.2.7", "192.0.2.150")
        self.assertEqual(output.splitlines(), [f"192.0.2.7\t{mac}", f"192.0.2.7\t{mac} (DUP: 2)",
                                               "192.0.2.7\t02:00:5e:00:53:99 (DUP: 3)"])

    def test_lies_are_no_answers(self):
        self.assertEqual(self.scanned("lies", "192.0.2.7-9")[1], "")

    def test_frames_that_are_cut(self):
        """The cable pads nothing, so they arrive as short as they are."""
        self.assertEqual(self.scanned("cut", "192.0.2.7-8")[1], "")

    def test_somebody_else_has_sent_it(self):
        mac, output = self.scanned("proxy", "192.0.2.7")
        self.assertEqual(output, f"192.0.2.7\t{mac} (02:00:5e:00:53:99)\n")


class Watching(harness.TestCase):
    def test_news(self):
        """A host is new, has another MAC address, is gone; another one is heard that was not asked."""
        with Pair() as pair:
            pair.far.ip("link set e1 down", "link set e1 address 02:00:00:00:00:07", "link set e1 up")
            pair.add_hosts(["192.0.2.7"])
            command = [*settings.command, "--engine", settings.engine, "-I", "e0", "--plain", "--quiet", "--watch",
                       "--every", "0.3", "192.0.2.7-8", *QUICK]
            with pair.near.start(*command, stdout=subprocess.PIPE) as watch:
                try:
                    lines = harness.Lines(watch.stdout)
                    self.assertEqual(lines.next(PATIENCE), b"new\t192.0.2.7\t02:00:00:00:00:07\n")
                    # Down, it would lose its address.
                    pair.far.ip("link set e1 address 02:00:00:00:00:08")
                    self.assertEqual(lines.next(PATIENCE),
                                     b"changed\t192.0.2.7\t02:00:00:00:00:08 (was 02:00:00:00:00:07)\n")
                    pair.far.ip("address del 192.0.2.7/24 dev e1")
                    self.assertEqual(lines.next(PATIENCE), b"gone\t192.0.2.7\t02:00:00:00:00:08\n")
                    pair.far.ip("address add 192.0.2.77/24 dev e1")
                    # The kernel asks, and so is heard.
                    pair.far.run("ping", "-c1", "-W1", "192.0.2.99")
                    self.assertEqual(lines.next(PATIENCE), b"new\t192.0.2.77\t02:00:00:00:00:08\n")
                    watch.send_signal(signal.SIGINT)
                    self.assertEqual(watch.wait(PATIENCE), 0)
                finally:
                    watch.kill()


class Ends(harness.TestCase):
    def test_an_interrupt_ends_with_the_summary(self):
        with Pair() as pair:
            pair.add_hosts(["192.0.2.2"])
            command = [*settings.command, "--engine", settings.engine, "-I", "e0", "--timeout", "20000", "192.0.2.2-9"]
            with pair.near.start(*command, stdout=subprocess.PIPE) as scan:
                try:
                    lines = harness.Lines(scan.stdout)
                    lines.next(PATIENCE)
                    self.assertTrue(lines.next(PATIENCE).startswith(b"192.0.2.2\t"))
                    scan.send_signal(signal.SIGINT)
                    self.assertEqual(lines.next(PATIENCE), b"\n")
                    self.assertIn(b"1 responded; interrupted after ", lines.next(PATIENCE))
                    self.assertEqual(scan.wait(PATIENCE), 0)
                finally:
                    scan.kill()

    def test_without_the_privilege(self):
        with Pair() as pair:
            status, _, complaint = pair.near.run("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw",
                                                 *settings.command, "-I", "e0", "192.0.2.7")
            if "setpriv" in complaint:
                self.skipTest(complaint.strip())
            self.assertEqual((status, "setcap cap_net_raw+ep" in complaint), (1, True), complaint)


if __name__ == "__main__":
    harness.main()
