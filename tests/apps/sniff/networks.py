"""pier-sniff in a namespace of the test's own: it captures what was sent there, and nothing of this machine's network."""

import pathlib
import signal
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "network"))

import harness
import namespaces
from harness import settings
from namespaces import Namespace

PATIENCE = 30

# Run in a namespace: sends so many datagrams over loopback, each with its number.
SENDER = r"""
import socket, sys
to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
to.bind(("127.0.0.1", 0))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    for number in range(int(sys.argv[1])):
        sender.sendto(b"\x1b[2Jnumber %d" % number + bytes(int(sys.argv[2])), to.getsockname())
"""


def setUpModule():
    namespaces.require()


class Captured(harness.TestCase):
    def setUp(self):
        self.here = self.enterContext(Namespace())
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def start(self, *words):
        running = self.enterContext(self.here.start(*settings.command, "--engine", settings.engine, "-i", "lo", *words,
                                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        self.addCleanup(running.kill)
        self.said = harness.Lines(running.stderr)
        self.assertIn(b"listening on lo", self.said.next(PATIENCE))
        return running

    def send(self, count, size=0):
        status, _, problem = self.here.run(sys.executable, "-c", SENDER, str(count), str(size))
        self.assertEqual(status, 0, problem)

    def ended(self, running, count, dropped=0):
        """It has said its sums, and has ended well."""
        self.assertEqual(running.wait(PATIENCE), 0)
        numbers = [int(self.said.next(PATIENCE).split()[1]) for _ in range(3)]
        self.assertEqual(numbers[0], count)
        self.assertGreaterEqual(numbers[1], count)
        self.assertEqual(numbers[2], dropped)

    def test_as_many_as_were_asked_for(self):
        running = self.start("-c", "3")
        lines = harness.Lines(running.stdout)
        self.send(5)
        shown = [lines.next(PATIENCE).decode() for _ in range(3)]
        for line in shown:
            self.assertRegex(line, r"^\d\d:\d\d:\d\d\.\d{6} IP 127\.0\.0\.1\.\d+ > 127\.0\.0\.1\.\d+: UDP, length 12\n$")
        self.ended(running, 3)

    def test_a_file_of_all_of_them(self):
        for name in ("all.pcap", "all.pcapng"):
            with self.subTest(name=name):
                target = str(self.folder / name)
                running = self.start("-w", target)
                self.send(3000, 700)
                running.send_signal(signal.SIGINT)
                self.assertEqual(running.wait(PATIENCE), 0)
                numbers = [int(self.said.next(PATIENCE).split()[1]) for _ in range(3)]
                self.assertEqual(numbers, [3000, 3000, 0])
                status, output, problem = self.here.run(*settings.command, "-r", target, "-x", "-t")
                self.assertEqual((status, problem), (0, ""))
                self.assertEqual(output.count("UDP, length 7"), 3000)

    def test_the_bytes_are_those_that_were_sent(self):
        target = self.folder / "two.pcap"
        running = self.start("-c", "2", "-w", str(target))
        self.send(2)
        self.assertEqual(running.wait(PATIENCE), 0)
        content = target.read_bytes()
        at = 24
        for number in range(2):
            kept, whole = struct.unpack_from("<II", content, at + 8)
            self.assertEqual(kept, whole)
            self.assertTrue(content[at + 16:at + 16 + kept].endswith(b"\x1b[2Jnumber %d" % number))
            at += 16 + kept
        self.assertEqual(at, len(content))

    def test_nothing_reaches_the_terminal_unescaped(self):
        running = self.start("-c", "1", "-X", "--tree")
        output = harness.Lines(running.stdout)
        self.send(1)
        self.assertEqual(running.wait(PATIENCE), 0)
        text = b""
        while b"0x0020" not in text:
            text += output.next(PATIENCE)
        self.assertNotIn(b"\x1b", text)

    def test_a_closed_pipe_is_an_end(self):
        running = self.start()
        running.stdout.close()
        self.send(1)
        self.assertEqual(running.wait(PATIENCE), 0)

    def test_without_the_privilege(self):
        status, output, problem = self.here.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                                "--inh-caps=-all", "--bounding-set=-all", *settings.command, "-i", "lo")
        self.assertEqual((status, output), (1, ""))
        self.assertIn("setcap", problem)


if __name__ == "__main__":
    harness.main()
