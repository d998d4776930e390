"""pier-multicast in networks of the test's own: nothing is sent by an interface of this machine.

Two namespaces: `here`, in which receivers are, and `there`, connected by two cables, left and right. What a sender of this
script sends is put together here, as docs/apps/multicast.md describes it.
"""

import contextlib
import json
import pathlib
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

NAME = "pier-multicast"
FOUR, OTHER_FOUR, SIX, LINK_SIX = "239.1.2.3:7000", "239.9.9.9:7000", "[ff05::1234]:7000", "[ff02::1234]:7000"
SOURCE_SPECIFIC = "232.1.2.3:7000"

# Run in a namespace: sends to GROUP PORT, by the interface with that address (IPv4) or name (IPv6), datagrams of these
# numbers, and for an empty one something else.
RAW_SENDER = r"""
import socket, struct, sys
group, port, via, numbers = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4].split(",")
if ":" in group:
    sender = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex(via))
else:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(via))
    sender.bind((via, 0))
for word in numbers:
    text = b"text \x1b[31m\n" + word.encode()
    sender.sendto(b"PMCt" + b"8 bytes!" + struct.pack("!Q", int(word)) + text if word else b"nothing of ours", (group, port))
print(sender.getsockname()[1])
"""


def setUpModule():
    namespaces.require()


class Receiver:
    """In a namespace, for the length of a `with` block. Its JSON objects come by next()."""

    def __init__(self, network, group, *arguments):
        command = [*settings.command, "receive", group, "--json", "--engine", settings.engine, *arguments]
        self._command = (network, command)

    def __enter__(self):
        network, command = self._command
        self.process = network.start(*command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
        self._lines = harness.Lines(self.process.stdout)
        try:
            self.begun = self.next()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def next(self):
        line = self._lines.next()
        if not line:
            raise AssertionError(f"it has ended: {self.process.stderr.read().decode()}")
        return json.loads(line)

    def numbers(self, count):
        """Of so many datagrams."""
        return [self.next()["number"] for _ in range(count)]

    def end(self):
        """Its statistics, and its status."""
        last = self.next()
        return last, self.process.wait(harness.PATIENCE)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.end()


class Groups(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = cls.enterClassContext(Namespace())
        cls.there = cls.enterClassContext(Namespace(beside=cls.here))
        for name, net in (("left", 1), ("right", 2)):
            cls.here.connect(name, cls.there, name)
            for network, host in ((cls.here, 1), (cls.there, 2)):
                lines = [f"link set {name} addrgenmode none", f"address add 192.0.{net}.{host}/24 dev {name}"]
                if namespaces.has_ipv6():
                    lines += [f"address add 2001:db8:{net}::{host}/64 dev {name} nodad",
                              f"address add fe80::{net}:{host}/64 dev {name} nodad"]
                network.ip(*lines, f"link set {name} up")
        # What nobody names goes by the left cable.
        for network in (cls.here, cls.there):
            network.ip("route add 224.0.0.0/4 dev left")

    def send(self, group, *arguments, text=""):
        """From there, by the program."""
        return self.there.run(*settings.command, "send", group, "--engine", settings.engine, *arguments, text=text)

    def send_raw(self, group, numbers, via="192.0.1.2"):
        """From there, by this script: the port that it has sent from."""
        host, port = group.rsplit(":", 1)
        status, output, said = self.there.run(sys.executable, "-S", "-c", RAW_SENDER, host.strip("[]"), port, via,
                                              ",".join(map(str, numbers)))
        self.assertEqual((status, said), (0, ""))
        return int(output)

    def groups(self):
        return [FOUR, SIX, LINK_SIX] if namespaces.has_ipv6() else [FOUR]

    def test_two_receivers_here_and_one_there(self):
        for group in self.groups():
            with self.subTest(group=group), contextlib.ExitStack() as stack:
                by = ("--interface", "left")
                all_of_them = [stack.enter_context(Receiver(network, group, "--count", "5", *by))
                               for network in (self.here, self.here, self.there)]
                status, output, said = self.send(group, "--size", "100", "--count", "5", "--interval", "0", *by)
                self.assertEqual((status, said), (0, ""))
                self.assertIn("sent 5 datagrams\n", output)
                for receiver in all_of_them:
                    self.assertEqual(receiver.begun["interface"], "left")
                    self.assertEqual(receiver.numbers(5), [0, 1, 2, 3, 4])
                    statistics, status = receiver.end()
                    self.assertEqual((status, statistics["received"], len(statistics["senders"])), (0, 5, 1))
                    self.assertEqual({key: statistics["senders"][0][key] for key in ("gaps", "missing", "duplicates",
                                                                                    "reordered")},
                                     {"gaps": 0, "missing": 0, "duplicates": 0, "reordered": 0})

    def test_lines_of_standard_input(self):
        with Receiver(self.here, FOUR, "--count", "3", "--interface", "left") as receiver:
            status, output, said = self.send(FOUR, text="one\ntwo \x1b[31m\n\nfour\n")
            self.assertEqual((status, said), (0, ""))
            self.assertEqual(output.splitlines()[-1], "sent 4 datagrams")
            got = [receiver.next() for _ in range(3)]
            self.assertEqual([each["text"] for each in got], ["one", r"two \x1b[31m", ""])
            self.assertEqual([each["bytes"] for each in got], [23, 29, 20])
            self.assertTrue(got[0]["sender"].startswith("192.0.1.2:"), got)

    def test_gaps_duplicates_and_late_ones(self):
        with Receiver(self.here, FOUR, "--count", "9") as receiver:
            port = self.send_raw(FOUR, [3, 4, 6, 6, 5, 10, "", 8, 11])
            seen = [receiver.next() for _ in range(9)]
            self.assertEqual([(each["number"], each["order"], each["missing"]) for each in seen],
                             [(3, "in order", None), (4, "in order", None), (6, "gap", [5, 5]), (6, "duplicate", None),
                              (5, "late", None), (10, "gap", [7, 9]), (None, None, None), (8, "late", None),
                              (11, "in order", None)])
            statistics, status = receiver.end()
            self.assertEqual(status, 0)
            numbered = next(each for each in statistics["senders"] if each["numbered"])
            self.assertEqual(numbered, {"sender": f"192.0.1.2:{port}", "numbered": True, "received": 8, "gaps": 2,
                                        "missing": 2, "duplicates": 1, "reordered": 2})
            self.assertEqual([each["received"] for each in statistics["senders"] if not each["numbered"]], [1])

    def test_the_same_in_words_and_nothing_for_a_terminal_to_obey(self):
        command = [*settings.command, "receive", FOUR, "--engine", settings.engine, "--count", "3"]
        with self.here.start(*command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
            try:
                lines = harness.Lines(process.stdout)
                self.assertEqual(lines.next(), b"receiving 239.1.2.3:7000\n")
                name = f"192.0.1.2:{self.send_raw(FOUR, [1, 4, ''])}"
                expected = [rf"{name} #1: text \x1b[31m\n1", f"{name} #2 to #3 missing", rf"{name} #4: text \x1b[31m\n4",
                            f"{name} without a number, 15 bytes"]
                self.assertEqual([lines.next().decode().rstrip("\n") for _ in expected], expected)
                self.assertEqual(lines.next().split(),
                                 [b"sender", b"received", b"gaps", b"missing", b"duplicates", b"reordered"])
                rows = sorted(lines.next().split()[1:] for _ in range(2))
                self.assertEqual(rows, [[b"1", b"-", b"-", b"-", b"-"], [b"2", b"1", b"2", b"0", b"0"]])
                self.assertEqual(process.wait(harness.PATIENCE), 0)
            finally:
                process.kill()

    def test_one_sender_alone(self):
        """The first ones are of somebody else, and on the same cable: they would come before."""
        self.there.ip("address add 192.0.1.3/24 dev left")
        with Receiver(self.here, SOURCE_SPECIFIC, "--source", "192.0.1.2", "--count", "2") as receiver, \
                Receiver(self.here, SOURCE_SPECIFIC, "--count", "3") as any_source:
            self.assertEqual(receiver.begun["source"], "192.0.1.2")
            self.send_raw(SOURCE_SPECIFIC, [70], via="192.0.1.3")
            self.send_raw(SOURCE_SPECIFIC, [1, 2])
            self.assertEqual(any_source.numbers(3), [70, 1, 2])
            self.assertEqual(receiver.numbers(2), [1, 2])
            self.assertEqual(receiver.end()[1], 0)

    @unittest.skipUnless(namespaces.has_ipv6(), "this system has no IPv6")
    def test_one_sender_alone_by_ipv6(self):
        group = "[ff35::1234]:7000"
        with Receiver(self.here, group, "--source", "2001:db8:1::9", "--interface", "left", "--timeout", "0.5") as nobody, \
                Receiver(self.here, group, "--source", "2001:db8:1::2", "--interface", "left", "--count", "2") as wanted:
            self.send_raw(group, [1, 2], via="left")
            self.assertEqual(wanted.numbers(2), [1, 2])
            statistics, status = nobody.end()
            self.assertEqual((statistics["received"], status), (0, 1))

    def test_the_interface(self):
        """One that is joined on the one cable hears nothing of the other, whoever has joined that."""
        with Receiver(self.here, FOUR, "--interface", "left", "--count", "1") as left, \
                Receiver(self.here, FOUR, "--interface", "right", "--count", "2") as right:
            status, _, said = self.send(FOUR, "--size", "20", "--count", "2", "--interval", "0", "--interface", "right")
            self.assertEqual((status, said), (0, ""))
            got = [right.next() for _ in range(2)]
            self.assertEqual({each["sender"].rsplit(":", 1)[0] for each in got}, {"192.0.2.2"})
            self.send_raw(FOUR, [77])
            self.assertEqual(left.numbers(1), [77])

    def test_another_group_at_the_same_port(self):
        with Receiver(self.here, FOUR, "--count", "1") as one, Receiver(self.here, OTHER_FOUR, "--count", "1") as other:
            self.send_raw(OTHER_FOUR, [8])
            self.send_raw(FOUR, [9])
            self.assertEqual((one.numbers(1), other.numbers(1)), ([9], [8]))

    def test_time_to_live(self):
        """What the packets have is what a raw receiver of this script reads."""
        reader = (r"import socket, struct, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                  r"s.bind(('239.1.2.3', 7000)); s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, "
                  r"socket.inet_aton('239.1.2.3') + socket.inet_aton('192.0.1.1')); "
                  r"s.setsockopt(socket.IPPROTO_IP, 12, 1); s.settimeout(20); print('ready', flush=True); "
                  r"[print(struct.unpack('i', s.recvmsg(100, 100)[1][0][2])[0], flush=True) for _ in range(2)]")
        with self.here.start(sys.executable, "-c", reader, stdout=subprocess.PIPE) as process:
            try:
                lines = harness.Lines(process.stdout)
                self.assertEqual(lines.next(), b"ready\n")
                for arguments in ((), ("--ttl", "7")):
                    status, _, said = self.send(FOUR, "--size", "20", "--count", "1", *arguments)
                    self.assertEqual((status, said), (0, ""))
                self.assertEqual([lines.next(), lines.next()], [b"1\n", b"7\n"])
            finally:
                process.kill()

    def test_not_to_this_machine(self):
        """What does not loop comes to the other side alone; what loops comes to both."""
        with Receiver(self.here, FOUR, "--count", "2") as here, Receiver(self.there, FOUR, "--count", "1") as there:
            for arguments in (("--no-loop", "--count", "1"), ("--count", "1")):
                status, _, said = self.send(FOUR, "--size", "20", *arguments)
                self.assertEqual((status, said), (0, ""))
            senders = [here.next()["sender"] for _ in range(2)]
            self.assertEqual(there.next()["sender"], senders[1])

    def test_interrupt_tells_the_statistics(self):
        with Receiver(self.here, FOUR) as receiver:
            self.send_raw(FOUR, [1, 3])
            self.assertEqual(receiver.numbers(2), [1, 3])
            statistics, status = receiver.stop()
            self.assertEqual((statistics["received"], status), (2, 130))

    def test_too_few(self):
        command = ["receive", FOUR, "--engine", settings.engine, "--count", "2", "--timeout", "0.2"]
        status, output, said = self.here.run(*settings.command, *command)
        self.assertEqual((status, output), (1, "receiving 239.1.2.3:7000\nnothing has come\n"))
        self.assertEqual(said, f"{NAME}: 0 of 2 datagrams have come, and no further one in 200.00 ms\n")

    def test_no_route(self):
        with Namespace() as lonely:
            status, output, said = lonely.run(*settings.command, "send", FOUR, "--size", "20", "--count", "1")
            self.assertEqual((status, output.splitlines()[-1]), (1, "sent 0 datagrams"))
            self.assertRegex(said, f"^{NAME}: sending to {FOUR}: network unreachable .*; there is no route to the group: "
                                   "say an interface by --interface\n$")
            status, output, said = lonely.run(*settings.command, "receive", FOUR)
            self.assertEqual((status, output), (1, ""))
            self.assertRegex(said, f"^{NAME}: joining {FOUR}: no such network interface .*; there is no route to the "
                                   "group: say an interface by --interface\n$")


if __name__ == "__main__":
    harness.main()
