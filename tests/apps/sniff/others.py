"""pier-sniff beside tcpdump: both capture the same packets in the same run, and each reads what the other one wrote."""

import contextlib
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "network"))

import harness
import namespaces
from harness import settings
from namespaces import Namespace
from networks import PATIENCE, SENDER

COUNT = 20_000


def setUpModule():
    namespaces.require()
    if shutil.which("tcpdump") is None:
        raise unittest.SkipTest("there is no tcpdump")


def records(path):
    """The bytes of each packet of a pcap file."""
    content = path.read_bytes()
    at, packets = 24, []
    while at < len(content):
        kept, whole = struct.unpack_from("<II", content, at + 8)
        assert kept == whole
        packets.append(content[at + 16:at + 16 + kept])
        at += 16 + kept
    return packets


class Both(harness.TestCase):
    @contextlib.contextmanager
    def capturing(self, here, *words):
        """A program that captures; gives what waits for its end, interrupted if it has to be, and returns its stderr."""
        with here.start(*words, stderr=subprocess.PIPE) as running:
            try:
                said = harness.Lines(running.stderr)
                while b"listening on" not in said.next(PATIENCE):
                    pass

                def end(by_itself=False):
                    if not by_itself:
                        running.send_signal(signal.SIGINT)
                    self.assertEqual(running.wait(PATIENCE), 0)
                    return [said.next(PATIENCE).decode() for _ in range(3)]

                yield end
            finally:
                running.kill()

    def test_as_many_as_tcpdump_and_the_same(self):
        here = self.enterContext(Namespace())
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        folder.chmod(0o777)  # tcpdump writes as a user of its own
        ours, theirs = folder / "ours.pcap", folder / "theirs.pcap"
        # An interrupted tcpdump leaves what is in its ring: it ends by itself.
        often = ("-c", str(COUNT))
        with self.capturing(here, *settings.command, "--engine", settings.engine, "-i", "lo", *often, "-w", str(ours),
                            "udp") as we, \
                self.capturing(here, "tcpdump", "-i", "lo", "-n", "-B", "65536", *often, "-w", str(theirs), "udp") as they:
            status, _, problem = here.run(sys.executable, "-c", SENDER, str(COUNT), "200")
            self.assertEqual(status, 0, problem)
            captured, received, dropped = (int(line.split()[1]) for line in we(by_itself=True))
            self.assertEqual((captured, dropped), (COUNT, 0))
            self.assertGreaterEqual(received, captured)
            self.assertEqual(they(by_itself=True)[0].split()[0], str(COUNT))
        self.assertEqual(records(ours), records(theirs))
        # Each reads both, and says the same of both.
        for file in (ours, theirs):
            status, output, _ = here.run("tcpdump", "-n", "-t", "-r", str(file))
            self.assertEqual(status, 0)
            status, own, complaint = here.run(*settings.command, "-n", "-t", "-r", str(file))
            self.assertEqual((status, complaint), (0, ""))
            self.assertEqual(own, output)

    def test_other_programs_read_its_files(self):
        here = self.enterContext(Namespace())
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ("all.pcap", "all.pcapng"):
            file = folder / name
            with self.capturing(here, *settings.command, "--engine", settings.engine, "-i", "lo", "-w", str(file)) as end:
                status, _, problem = here.run(sys.executable, "-c", SENDER, "100", "10")
                self.assertEqual(status, 0, problem)
                end()
            read = {"tcpdump": ("-n", "-r", str(file)), "tshark": ("-n", "-r", str(file)), "capinfos": ("-c", "-M", str(file))}
            for program, words in read.items():
                if shutil.which(program) is None:
                    continue
                with self.subTest(program=program, name=name):
                    status, output, complaint = here.run(program, *words)
                    self.assertEqual(status, 0, complaint)
                    found = "100" in output if program == "capinfos" else len(output.splitlines()) == 100
                    self.assertTrue(found, output)


if __name__ == "__main__":
    harness.main()
