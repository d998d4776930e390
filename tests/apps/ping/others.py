"""pier-ping beside the programs whose user its user was: ping of iputils, traceroute, and tcpdump as a judge of packets."""

import contextlib
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "network"))

import harness
import namespaces
from harness import settings
from namespaces import Namespace
from networks import set_up

PATIENCE = 30
ROUTERS = 4


def setUpModule():
    namespaces.require()


def needs(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise unittest.SkipTest(f"there is no {program}")


class Pair(namespaces.Entered):
    """Two hosts and a cable."""

    def _enter(self, stack):
        self.near = stack.enter_context(Namespace())
        self.far = stack.enter_context(Namespace(beside=self.near))
        self.near.connect("e0", self.far, "e1")
        self.near.ip("address add 192.0.2.1/24 dev e0", "link set e0 up")
        self.far.ip("address add 192.0.2.2/24 dev e1", "link set e1 up")
        if namespaces.has_ipv6():
            self.near.ip("address add 2001:db8::1/64 dev e0 nodad")
            self.far.ip("address add 2001:db8::2/64 dev e1 nodad")


class Loss(harness.TestCase):
    def sums(self, network, *words):
        _, output, complaint = network.run(*words, "-c", "20", "-i", "0.01", "-W", "1", "192.0.2.2")
        found = re.search(r"(\d+) packets transmitted, (\d+) received", output)
        self.assertTrue(found, output + complaint)
        return found.groups()

    def test_what_is_lost_is_what_ping_says(self):
        needs("ping", "nft")
        for rule in ("numgen inc mod 3 == 1 drop", "numgen inc mod 10 < 4 drop", "drop", "accept"):
            with self.subTest(rule=rule), Pair() as pair:
                lines = ["add table ip lossy", "add chain ip lossy input { type filter hook input priority 0; }",
                         f"add rule ip lossy input icmp type echo-request {rule}"]
                status, _, problem = pair.far.run("nft", "-f", "-", text="\n".join(lines) + "\n")
                if status != 0:
                    self.skipTest(problem)
                theirs = self.sums(pair.near, "ping", "-n")
                # The rule counts from where it is: it is made anew for the other program.
                pair.far.run("nft", "-f", "-", text="flush ruleset\n" + "\n".join(lines) + "\n")
                self.assertEqual(self.sums(pair.near, *settings.command, "--engine", settings.engine), theirs)


class Row(namespaces.Entered):
    """A host, routers, and another host, each connected with the next one."""

    def _enter(self, stack):
        first = stack.enter_context(Namespace())
        self.hosts = [first]
        for _ in range(ROUTERS + 1):
            self.hosts.append(stack.enter_context(Namespace(beside=first)))
        last = len(self.hosts) - 1
        for number, host in enumerate(self.hosts):
            set_up(host, "net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000")
            if number == last:
                continue
            after = self.hosts[number + 1]
            host.connect(f"r{number}", after, f"l{number + 1}")
            host.ip(f"address add 198.18.{number}.1/24 dev r{number}", f"link set r{number} up")
            after.ip(f"address add 198.18.{number}.2/24 dev l{number + 1}", f"link set l{number + 1} up")
        for number, host in enumerate(self.hosts):
            for network in range(last):
                if network > number:
                    host.ip(f"route add 198.18.{network}.0/24 via 198.18.{number}.2")
                elif network < number - 1:
                    host.ip(f"route add 198.18.{network}.0/24 via 198.18.{number - 1}.1")
        self.target = f"198.18.{last - 1}.2"


class Trace(harness.TestCase):
    def hops(self, row, *words):
        status, output, complaint = row.hosts[0].run(*words, row.target)
        self.assertEqual((status, complaint), (0, ""))
        # The address of each line, or none.
        return [re.findall(r"\d+\.\d+\.\d+\.\d+", line) for line in output.splitlines()[1:]]

    def compare(self, row):
        for method, words in (("udp", []), ("icmp", ["-I"])):
            with self.subTest(method=method):
                theirs = self.hops(row, "traceroute", "-n", *words)
                ours = self.hops(row, *settings.command, "--engine", settings.engine, "-n", "--trace", "--method", method)
                self.assertEqual(ours, theirs)
                self.assertEqual(len(ours), ROUTERS + 1)

    def test_the_routers_are_those_that_traceroute_names(self):
        needs("traceroute")
        with Row() as row:
            self.compare(row)

    def test_a_router_that_never_answers(self):
        needs("traceroute", "nft")
        with Row() as row:
            status, _, problem = row.hosts[2].run("nft", "-f", "-", text="""
                add table ip quiet
                add chain ip quiet output { type filter hook output priority 0; }
                add rule ip quiet output icmp type time-exceeded drop
            """)
            if status != 0:
                self.skipTest(problem)
            self.compare(row)


class Judged(harness.TestCase):
    @contextlib.contextmanager
    def judge(self, network):
        """tcpdump -vv of all ICMP that comes in; gives a function that ends it and returns its lines."""
        with network.start("tcpdump", "-i", "e1", "-n", "-vv", "-Q", "in", "-l", "icmp or icmp6", stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True) as judge:
            try:
                said = harness.Lines(judge.stderr)
                while "listening on" not in said.next(PATIENCE):
                    pass

                def end():
                    judge.send_signal(signal.SIGINT)
                    return judge.stdout.read()

                yield end
            finally:
                judge.kill()

    def test_no_checksum_is_wrong(self):
        needs("tcpdump")
        with Pair() as pair, self.judge(pair.far) as end:
            hosts = ["192.0.2.2"] + (["2001:db8::2"] if namespaces.has_ipv6() else [])
            for host in hosts:
                for size in (0, 1, 55, 56, 1471, 3001):
                    status, output, complaint = pair.near.run(*settings.command, "--engine", settings.engine, "-c", "2",
                                                              "-i", "0.01", "-s", str(size), host)
                    self.assertEqual((status, complaint), (0, ""), output)
                status, _, complaint = pair.near.run(*settings.command, "--engine", settings.engine, "-n", "--trace",
                                                     "--method", "icmp", host)
                self.assertEqual((status, complaint), (0, ""))
            seen = end()
        self.assertGreaterEqual(seen.count("echo request"), 12 * len(hosts))
        self.assertNotRegex(seen, r"wrong|bad|incorrect")


if __name__ == "__main__":
    harness.main()
