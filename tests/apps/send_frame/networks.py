"""pier-send-frame on a cable between two namespaces of the test's own: nothing is sent by an interface of this machine."""

import json
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "network"))

import harness
import namespaces
from harness import settings
from namespaces import Namespace

PATIENCE = 30

# Run in a namespace: says "ready", and then each frame that comes by e1 in hexadecimal digits.
RECEIVER = r"""
import socket
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as link:
    link.bind(("e1", 0))
    link.settimeout(30)
    print("ready", flush=True)
    for _ in range(1000):
        frame, where = link.recvfrom(70000)
        if where[2] != 4:
            print(frame.hex(), flush=True)
"""


def setUpModule():
    namespaces.require()


class Sent(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.near = cls.enterClassContext(Namespace())
        cls.far = cls.enterClassContext(Namespace(beside=cls.near))
        cls.near.connect("e0", cls.far, "e1")
        for each, name in ((cls.near, "e0"), (cls.far, "e1")):
            # Of IPv6 the kernel would send something by itself.
            each.run("sysctl", "-q", "-w", f"net.ipv6.conf.{name}.disable_ipv6=1")
        cls.near.ip("address add 192.0.2.1/24 dev e0", "link set e0 up",
                    "neighbour add 192.0.2.2 lladdr 00:00:5e:00:53:02 dev e0 nud permanent")
        cls.far.ip("link set e1 up", "link set e1 arp off")
        cls.mac = json.loads(cls.near.run("ip", "-json", "link", "show", "e0")[1])[0]["address"].replace(":", "")

    def setUp(self):
        self.receiver = self.enterContext(self.far.start(sys.executable, "-c", RECEIVER, stdout=subprocess.PIPE))
        self.addCleanup(self.receiver.kill)
        self.lines = harness.Lines(self.receiver.stdout)
        self.assertEqual(self.next(), "ready")

    def next(self):
        return self.lines.next(PATIENCE).decode().strip()

    def send(self, *words, status=0, said=""):
        code, output, complaint = self.near.run(*settings.command, "--engine", settings.engine, *words)
        self.assertEqual((code, said in complaint), (status, True), complaint)
        return output

    def test_a_frame_with_what_is_filled_in(self):
        output = self.send("-I", "e0", 'eth dst=00:00:5e:00:53:02 / ip src=192.0.2.1 dst=192.0.2.2 ttl=3 / udp dport=9 / "hi"')
        self.assertEqual(output, "1 frame, 44 bytes\n")
        frame = self.next()
        self.assertEqual(frame[:28], f"00005e005302{self.mac}0800")
        self.assertEqual(frame[-4:], "6869")
        self.assertEqual(len(frame), 88)

    def test_it_is_what_a_dry_run_writes(self):
        words = "eth / vlan id=5 / arp sender=192.0.2.1 target=192.0.2.2"
        done = subprocess.run([*self.near.before, *settings.command, "-I", "e0", "-w", "-", words],
                              capture_output=True, timeout=PATIENCE, check=True)
        self.send("-q", "-I", "e0", words)
        got = self.next()
        # The receiver's kernel takes the tag out.
        self.assertIn(got, (done.stdout[40:].hex(), done.stdout[40:52].hex() + done.stdout[56:].hex()))

    def test_many_times(self):
        output = self.send("-I", "e0", "-c", "50", "-i", "0", "eth type=0x88b5 / hex 01; eth type=0x88b5 / hex 02")
        self.assertEqual(output, "100 frames, 1500 bytes\n")
        self.assertEqual([self.next()[-2:] for _ in range(100)], ["01", "02"] * 50)

    def test_by_a_raw_socket(self):
        self.send("-q", "--raw", 'ip src=192.0.2.99 dst=192.0.2.2 id=7 ttl=9 / udp sport=1 dport=2 chksum=0x1234 / "x"')
        frame = self.next()
        self.assertEqual(frame[:28], f"00005e005302{self.mac}0800")
        self.assertEqual(frame[28:], "4500001d000700000911" + frame[48:52] + "c0000263c0000202" "0001000200091234" "78")

    def test_an_interrupt(self):
        command = [*settings.command, "--engine", settings.engine, "-I", "e0", "-c", "9", "-i", "1000", "eth"]
        with self.near.start(*command, stdout=subprocess.PIPE) as sending:
            try:
                self.next()
                sending.send_signal(signal.SIGINT)
                self.assertEqual(sending.wait(PATIENCE), 130)
                self.assertEqual(sending.stdout.read(), b"1 frame, 14 bytes\n")
            finally:
                sending.kill()

    def test_what_cannot_be_sent(self):
        self.send("-I", "e0", "eth / raw zeros=2000", status=1, said="sending on e0: message")
        self.send("-I", "e0", "hex 00", status=1, said="sending on e0: ")
        self.send("-I", "e0", "ip dst=192.0.2.2", status=2, said="a packet of IP alone is sent by --raw")
        self.send("-I", "e9", "eth", status=1, said='there is no interface "e9"; there are: lo, e0')


if __name__ == "__main__":
    harness.main()
