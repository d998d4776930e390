"""pier-ping in networks of the test's own: nothing is sent by an interface of this machine.

`near` is where pier-ping runs. `far` is connected with it by a cable, and a router to networks behind it. The host that
answers as no good host does is a script in `far`, whose own answers are off.
"""

import json
import os
import pathlib
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

NAME = "pier-ping"
NOBODY = "65534"
PATIENCE = 30


def set_up(network, *settings_of_it):
    """Skips the test where the kernel's settings can't be changed, as in some containers."""
    status, _, problem = network.run("sysctl", "-q", "-w", *settings_of_it)
    if status != 0:
        raise unittest.SkipTest(problem.strip() or "sysctl fails")


# Run in a namespace: says "ready", takes echo requests (IPv4), and answers each as the mode says.
RESPONDER = r"""
import socket, struct, sys

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

def message(kind, code, rest, body=b"", wrong=0):
    head = struct.pack("!BBH", kind, code, 0) + rest
    return struct.pack("!BBH", kind, code, checksum(head + body) ^ wrong) + rest + body

mode, most = sys.argv[1], int(sys.argv[2])
link = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
link.settimeout(30)
print("ready", flush=True)
held = []
count = 0
while count < most:
    packet, (source, _) = link.recvfrom(70000)
    size = (packet[0] & 15) * 4
    icmp = packet[size:]
    if icmp[0] != 8:
        continue
    count += 1
    rest, body = icmp[4:8], icmp[8:]
    reply = message(0, 0, rest, body)
    send = lambda data: link.sendto(data, (source, 0))
    if mode == "twice":
        send(reply), send(reply)
    elif mode == "checksum":
        send(message(0, 0, rest, body, wrong=0x5555))
    elif mode == "identifier":
        send(message(0, 0, bytes([rest[0] ^ 1]) + rest[1:], body))
    elif mode == "sequence":
        send(message(0, 0, rest[:2] + b"\x77\x77", body))
    elif mode == "byte":
        send(message(0, 0, rest, body[:20] + bytes([body[20] ^ 0xff]) + body[21:]))
    elif mode == "shorter":
        send(message(0, 0, rest, body[:-1]))
    elif mode == "longer":
        send(message(0, 0, rest, body + b"\x1b[31m"))
    elif mode == "cut":  # every length there is, of the answer and of an error about the request
        for length in range(2, len(reply)):  # the system sends none without type and code
            send(reply[:length])
        error = message(11, 0, bytes(4), packet[:size + 8])
        for length in range(2, len(error)):
            send(error[:length])
        for length in range(size + 8):
            send(message(11, 0, bytes(4), packet[:length]))
        send(reply)
    elif mode == "error":
        kind, code = int(sys.argv[3]), int(sys.argv[4])
        send(message(kind, code, struct.pack("!HH", 0, 1400), packet[:size + 8]))
    elif mode == "others":  # errors about packets of others
        for at in (size + 4, size - 1, 9):
            changed = bytearray(packet[:size + 8])
            changed[at] ^= 1
            send(message(3, 1, bytes(4), bytes(changed)))
        send(message(3, 1, bytes(4), packet[:size + 8], wrong=1))
        send(reply)
    elif mode == "elsewhere":
        other = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        other.bind((sys.argv[3], 0))
        other.sendto(reply, (source, 0))
    elif mode == "backwards":
        held.append(reply)
        if count == most:
            for each in reversed(held):
                send(each)
    elif mode == "late":  # the first one behind the second
        held.append(reply)
        if count == 2:
            send(held[1]), send(held[0])
    elif mode == "every_other":
        if count % 2 == 0:
            send(reply)
"""


def setUpModule():
    namespaces.require()


def command(*arguments):
    return [*settings.command, "--engine", settings.engine, *arguments]


class Loopback(harness.TestCase):
    def setUp(self):
        self.here = self.enterContext(Namespace())

    def run_program(self, *arguments):
        status, output, complaint = self.here.run(*command(*arguments))
        return status, output, harness.of_the_program(complaint)

    def test_lines_and_statistics(self):
        for address in ("127.0.0.1", *(("::1",) if namespaces.has_ipv6() else ())):
            status, output, complaint = self.run_program("-c", "3", "-i", "0.01", address)
            self.assertEqual((status, complaint), (0, ""), output)
            lines = output.splitlines()
            self.assertEqual(lines[0], f"PING {address} ({address}) 56" +
                             ("(84) bytes of data." if "." in address else " data bytes"))
            for number in (1, 2, 3):
                self.assertRegex(lines[number], rf"^64 bytes from {address}: icmp_seq={number} ttl=64 time=[\d.]+ ms$")
            self.assertEqual(lines[4:6], ["", f"--- {address} ping statistics ---"])
            self.assertRegex(lines[6], r"^3 packets transmitted, 3 received, 0% packet loss, time \d+ ms$")
            self.assertRegex(lines[7], r"^rtt min/avg/max/mdev = [\d.]+/[\d.]+/[\d.]+/[\d.]+ ms$")
            self.assertEqual(len(lines), 8)

    def test_sizes(self):
        for size in (0, 1, 7, 8, 1400, 9000, 65507):
            status, output, _ = self.run_program("-c", "1", "-s", str(size), "127.0.0.1")
            self.assertEqual(status, 0, output)
            self.assertIn(f"{size + 8} bytes from 127.0.0.1: icmp_seq=1 ttl=64", output)
            self.assertNotIn("wrong", output)
            self.assertNotIn("truncated", output)

    def test_quiet_and_flood(self):
        status, output, _ = self.run_program("-c", "500", "-f", "-q", "127.0.0.1")
        self.assertEqual(status, 0, output)
        self.assertIn("500 packets transmitted, 500 received, 0% packet loss", output)
        self.assertNotIn("bytes from", output)

    def test_a_name_and_several_targets(self):
        status, output, _ = self.run_program("-4", "-c", "1", "localhost", "127.0.0.2")
        self.assertEqual(status, 0, output)
        self.assertIn("localhost: 64 bytes from localhost (127.0.0.1): icmp_seq=1", output)
        self.assertIn("127.0.0.2: 64 bytes from 127.0.0.2: icmp_seq=1", output)
        self.assertEqual(output.count("1 packets transmitted, 1 received"), 2)

    def test_a_source(self):
        status, output, _ = self.run_program("-c", "1", "-I", "127.0.0.9", "127.0.0.1")
        self.assertEqual(status, 0, output)
        status, output, complaint = self.run_program("-c", "1", "-I", "192.0.2.1", "127.0.0.1")
        self.assertEqual((status, output), (2, ""))
        self.assertIn("a socket at 192.0.2.1: ", complaint)

    def test_the_unspecified_address_is_this_machine(self):
        for address, found in (("0.0.0.0", "127.0.0.1"), *((("::", "::1"),) if namespaces.has_ipv6() else ())):
            status, output, complaint = self.run_program("-c", "1", address)
            self.assertEqual((status, complaint), (0, ""), output)
            self.assertTrue(output.startswith(f"PING {address} ({found}) "), output)
            self.assertIn(f"64 bytes from {found}: icmp_seq=1", output)
        status, output, _ = self.run_program("-c", "1", "-I", "127.0.0.9", "0.0.0.0")
        self.assertEqual(status, 0, output)

    def test_no_route(self):
        status, output, _ = self.run_program("-c", "1", "192.0.2.1")
        self.assertEqual(status, 2)
        self.assertIn("icmp_seq=1 not sent: network unreachable", output)
        self.assertIn("1 packets transmitted, 0 received, +1 errors, 100% packet loss", output)

    def test_an_unknown_host(self):
        status, output, complaint = self.run_program("-c", "1", "no such \x1b[31mhost")
        self.assertEqual((status, output), (2, ""))
        self.assertNotIn("\x1b", complaint)

    def test_an_interrupt_ends_with_the_statistics(self):
        for sign in (signal.SIGINT, signal.SIGTERM):
            with self.here.start(*command("127.0.0.1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True) as running:
                self.assertIn("PING", running.stdout.readline())
                self.assertIn("icmp_seq=1", running.stdout.readline())
                running.send_signal(sign)
                output, complaint = running.communicate(timeout=PATIENCE)
            self.assertEqual((running.returncode, harness.of_the_program(complaint)), (0, ""))
            self.assertIn("1 packets transmitted, 1 received", output)

    def test_json(self):
        status, output, _ = self.run_program("--json", "-c", "2", "-i", "0.01", "127.0.0.1")
        self.assertEqual(status, 0)
        begin, *answers, statistics = [json.loads(line) for line in output.splitlines()]
        self.assertEqual(begin, {"event": "begin", "host": "127.0.0.1", "address": "127.0.0.1", "family": "ipv4",
                                 "size": 56})
        for number, answer in enumerate(answers, 1):
            self.assertGreater(answer.pop("milliseconds"), 0)
            self.assertEqual(answer, {"event": "answer", "host": "127.0.0.1", "from": "127.0.0.1", "sequence": number,
                                      "bytes": 64, "ttl": 64})
        self.assertEqual((statistics["transmitted"], statistics["received"], statistics["loss_percent"]), (2, 2, 0))
        self.assertEqual(set(statistics["rtt"]), {"min", "avg", "max", "mdev"})

    def as_nobody(self, *arguments):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("only root can become another user")
        return self.here.run("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all",
                             "--bounding-set=-all", *command(*arguments))

    def test_without_privileges(self):
        set_up(self.here, "net.ipv4.ping_group_range=1 0")
        status, output, complaint = self.as_nobody("-c", "1", "127.0.0.1")
        self.assertEqual((status, output), (2, ""))
        self.assertIn("setcap cap_net_raw+ep", complaint)
        self.assertIn("net.ipv4.ping_group_range", complaint)

    def test_a_ping_socket(self):
        status, _, problem = self.here.run("sysctl", "-q", "-w", "net.ipv4.ping_group_range=0 2147483647")
        if status != 0:
            self.skipTest(problem)
        status, output, complaint = self.as_nobody("-c", "2", "-i", "0.2", "127.0.0.1")
        self.assertEqual((status, complaint), (0, ""), output)
        self.assertIn("2 packets transmitted, 2 received, 0% packet loss", output)
        status, output, complaint = self.as_nobody("-c", "1", "-i", "0.1", "127.0.0.1")
        self.assertEqual((status, output), (2, ""))
        self.assertIn("less than 0.2 seconds", complaint)


class Connected(harness.TestCase):
    def setUp(self):
        self.near = self.enterContext(Namespace())
        self.far = self.enterContext(Namespace(beside=self.near))
        self.near.connect("veth0", self.far, "veth0")
        self.near.ip("address add 192.0.2.1/24 dev veth0", "link set veth0 up", "route add default via 192.0.2.2")
        self.far.ip("address add 192.0.2.2/24 dev veth0", "address add 192.0.2.3/24 dev veth0", "link set veth0 up")

    def run_program(self, *arguments):
        status, output, complaint = self.near.run(*command(*arguments))
        self.assertEqual(harness.of_the_program(complaint), "")
        self.assertNotIn("\x1b", output)
        return status, output


class Routes(Connected):
    def setUp(self):
        super().setUp()
        # No kind of ICMP has a limit: one of the limits is the whole machine's on some kernels.
        set_up(self.far, "net.ipv4.ip_forward=1", "net.ipv4.icmp_ratemask=0")
        behind = self.enterContext(Namespace(beside=self.near))
        self.far.connect("veth1", behind, "veth0")
        set_up(behind, "net.ipv4.icmp_ratemask=0")
        self.far.ip("address add 198.18.0.1/24 dev veth1", "link set veth1 up")
        behind.ip("address add 198.18.0.2/24 dev veth0", "link set veth0 up", "route add default via 198.18.0.1")
        self.far.ip("route add unreachable 198.51.100.0/25", "route add prohibit 198.51.100.128/25",
                    "route add blackhole 203.0.113.0/25")

    def test_errors_of_a_router(self):
        for target, sentence in (("198.51.100.1", "Destination Host Unreachable"),
                                 ("198.51.100.129", "Packet filtered")):
            status, output = self.run_program("-c", "1", target)
            self.assertEqual(status, 1, output)
            self.assertIn(f"From 192.0.2.2 icmp_seq=1 {sentence}\n", output)
            self.assertIn("1 packets transmitted, 0 received, +1 errors, 100% packet loss", output)

    def test_the_time_to_live(self):
        status, output = self.run_program("-c", "1", "-t", "1", "198.18.0.2")
        self.assertEqual(status, 1, output)
        self.assertIn("From 192.0.2.2 icmp_seq=1 Time to live exceeded\n", output)
        status, output = self.run_program("-c", "1", "-t", "2", "198.18.0.2")
        self.assertEqual(status, 0, output)
        self.assertIn("64 bytes from 198.18.0.2: icmp_seq=1 ttl=63 ", output)

    def test_a_black_hole(self):
        status, output = self.run_program("-c", "2", "-i", "0.01", "-W", "0.2", "203.0.113.1")
        self.assertEqual(status, 1, output)
        self.assertIn("2 packets transmitted, 0 received, 100% packet loss", output)
        self.assertNotIn("rtt", output)

    def test_the_way(self):
        for method in ("udp", "icmp"):
            status, output = self.run_program("--trace", "-n", "--method", method, "198.18.0.2")
            self.assertEqual(status, 0, output)
            lines = output.splitlines()
            self.assertEqual(lines[0], "traceroute to 198.18.0.2 (198.18.0.2), 30 hops max")
            for number, address in ((1, "192.0.2.2"), (2, "198.18.0.2")):
                self.assertRegex(lines[number], rf"^ {number}  {address}(  [\d.]+ ms){{3}}$")
            self.assertEqual(len(lines), 3)

    def ends(self, target, remark):
        # The router says so of five packets at once, and then of one a second: of one target alone in a test.
        status, output = self.run_program("--trace", "-n", target)
        self.assertEqual(status, 0, output)
        self.assertRegex(output.splitlines()[1], rf"^ 1  192.0.2.2(  [\d.]+ ms {remark}){{3}}$")

    def test_a_way_to_nobody(self):
        self.ends("198.51.100.1", "!H")

    def test_a_way_that_is_forbidden(self):
        self.ends("198.51.100.129", "!X")

    def test_a_way_into_a_black_hole(self):
        status, output = self.run_program("--trace", "-n", "-m", "2", "--probes", "2", "-W", "0.3", "203.0.113.1")
        self.assertEqual(status, 1, output)
        self.assertEqual(output.splitlines()[1:], [" 1 * *", " 2 * *"])

    def test_a_way_as_json(self):
        status, output = self.run_program("--trace", "--json", "--probes", "1", "198.18.0.2")
        self.assertEqual(status, 0, output)
        hops = [json.loads(line) for line in output.splitlines()]
        self.assertEqual([(hop["hop"], hop["probes"][0]["from"]) for hop in hops], [(1, "192.0.2.2"), (2, "198.18.0.2")])

    def test_one_target_of_two(self):
        status, output = self.run_program("-c", "1", "-W", "0.5", "203.0.113.1", "192.0.2.2")
        self.assertEqual(status, 1, output)
        self.assertIn("192.0.2.2: 64 bytes from 192.0.2.2: icmp_seq=1", output)

    def test_a_deadline(self):
        status, output = self.run_program("-w", "0.3", "-i", "0.01", "203.0.113.1")
        self.assertEqual(status, 1, output)
        self.assertIn(" 0 received, 100% packet loss", output)


class Hostile(Connected):
    def setUp(self):
        super().setUp()
        set_up(self.far, "net.ipv4.icmp_echo_ignore_all=1")

    def answered(self, mode, *arguments, count=1, words=()):
        responder = self.far.start(sys.executable, "-c", RESPONDER, mode, str(count), *words, stdout=subprocess.PIPE,
                                   text=True)
        try:
            self.assertEqual(responder.stdout.readline(), "ready\n")
            return self.run_program("-c", str(count), "-i", "0.01", *(arguments or ("-W", "2")), "192.0.2.2")
        finally:
            responder.kill()
            responder.wait()
            responder.stdout.close()

    def test_duplicates(self):
        # The answer ends the first request's wait: the second copy is seen while the second request is waited for.
        status, output = self.answered("twice", count=2)
        self.assertEqual(status, 0)
        self.assertRegex(output, r"64 bytes from 192.0.2.2: icmp_seq=1 ttl=64 time=[\d.]+ ms \(DUP!\)\n")
        self.assertRegex(output, r"2 packets transmitted, 2 received, \+[12] duplicates, 0% packet loss")

    def test_a_broken_checksum(self):
        status, output = self.answered("checksum")
        self.assertEqual(status, 1)
        self.assertIn("1 packets transmitted, 0 received, +1 corrupted, 100% packet loss", output)

    def test_what_is_not_for_us(self):
        status, output = self.answered("identifier")
        self.assertEqual(status, 1)
        self.assertIn("1 packets transmitted, 0 received, 100% packet loss", output)
        for mode, words in (("sequence", ()), ("elsewhere", ("192.0.2.3",))):
            status, output = self.answered(mode, words=words)
            self.assertEqual(status, 1)
            self.assertIn("1 packets transmitted, 0 received, +1 strangers, 100% packet loss", output)

    def test_payloads(self):
        status, output = self.answered("byte")
        self.assertEqual(status, 0)
        self.assertIn("wrong data byte #20 should be 0x14 but was 0xeb\n", output)
        _, output = self.answered("shorter")
        self.assertRegex(output, r"63 bytes from 192.0.2.2: icmp_seq=1 ttl=64 time=[\d.]+ ms \(truncated\)\n")
        _, output = self.answered("longer")
        self.assertIn("(longer than the request)\n", output)

    def test_every_length(self):
        status, output = self.answered("cut", "-W", "5")
        self.assertEqual(status, 0)
        self.assertIn("1 packets transmitted, 1 received", output)

    def test_errors(self):
        for kind, code, sentence in ((3, 0, "Destination Net Unreachable"), (3, 3, "Destination Port Unreachable"),
                                     (3, 4, "Frag needed and DF set (mtu = 1400)"),
                                     (3, 99, "Dest Unreachable, Unknown Code: 99"),
                                     (11, 1, "Frag reassembly time exceeded"), (12, 0, "Parameter problem")):
            status, output = self.answered("error", words=(str(kind), str(code)))
            self.assertEqual(status, 1, output)
            self.assertIn(f"From 192.0.2.2 icmp_seq=1 {sentence}\n", output)

    def test_errors_of_others(self):
        status, output = self.answered("others")
        self.assertEqual(status, 0, output)
        self.assertNotIn("From", output)
        self.assertIn("1 packets transmitted, 1 received, +1 corrupted, 0% packet loss", output)

    def test_the_order_of_answers_does_not_matter(self):
        status, output = self.answered("backwards", "-W", "5", count=5)
        self.assertEqual(status, 0)
        self.assertIn("5 packets transmitted, 5 received, 0% packet loss", output)

    def test_loss(self):
        status, output = self.answered("every_other", count=10)
        self.assertEqual(status, 0)
        self.assertIn("10 packets transmitted, 5 received, 50% packet loss", output)

    def test_late(self):
        # The second request leaves two seconds behind the first one, whose answer comes behind the second's.
        responder = self.far.start(sys.executable, "-c", RESPONDER, "late", "2", stdout=subprocess.PIPE, text=True)
        try:
            self.assertEqual(responder.stdout.readline(), "ready\n")
            status, output = self.run_program("-c", "2", "-i", "2", "-W", "1.5", "192.0.2.2")
        finally:
            responder.kill()
            responder.wait()
            responder.stdout.close()
        self.assertEqual(status, 0)
        self.assertRegex(output, r"icmp_seq=1 ttl=64 time=[\d.]+ ms \(late\)\n")


if __name__ == "__main__":
    harness.main()
