"""pier-sniff --follow: what two sides of a connection said, out of capture files that were made by hand."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from captures import pcap, tcp, udp

SYN, FIN, RST, ACK = 0x02, 0x01, 0x04, 0x10
THERE = "192.0.2.1.40000 > 192.0.2.2.80:\n"
BACK = "192.0.2.2.80 > 192.0.2.1.40000:\n"


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class Follow(harness.TestCase):
    program = "pier-sniff"

    def followed(self, frames, *words):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "in.pcap"
            path.write_bytes(pcap(frames))
            return self.good("-r", str(path), "--follow", *words)

    def test_a_question_and_its_answer(self):
        output = self.followed([
            tcp(b"", 100, flags=SYN), tcp(b"", 500, 101, SYN | ACK, back=True),
            tcp(b"Host: a\r\n\r\n", 117, 501), tcp(b"GET / HTTP/1.1\r\n", 101, 501), udp(b"something else"),
            tcp(b"GET / HTTP/1.1\r\n", 101, 501), tcp(b"HTTP/1.1 200", 501, 128, back=True),
            tcp(b" OK\r\n\r\nhello", 513, 128, FIN | ACK, back=True), tcp(b"", 128, 526, FIN | ACK)])
        self.assertEqual(output, THERE + "GET / HTTP/1.1\nHost: a\n\n\n" + BACK + "HTTP/1.1 200 OK\n\nhello\n")

    def test_what_the_capture_has_lost(self):
        output = self.followed([
            tcp(b"one", 100, 500), tcp(b"three", 106, 500), tcp(b"", 500, 111, ACK, back=True), tcp(b"\n", 111, 500)])
        self.assertEqual(output, THERE + "one\n[3 bytes are missing]\nthree\n")

    def test_what_nobody_acknowledged_is_told_at_the_end(self):
        output = self.followed([tcp(b"one", 100), tcp(b"three", 104)])
        self.assertEqual(output, THERE + "one\n[1 byte is missing]\nthree\n")

    def test_a_reset(self):
        output = self.followed([tcp(b"one", 100, 500), tcp(b"", 500, 103, RST | ACK, back=True)])
        self.assertEqual(output, THERE + "one\n\n" + BACK + "[the connection was reset]\n")

    def test_the_same_ports_again(self):
        output = self.followed([tcp(b"", 100, flags=SYN), tcp(b"one\n", 101), tcp(b"late", 110),
                                tcp(b"", 7000, flags=SYN), tcp(b"two\n", 7001)])
        self.assertEqual(output, THERE + "one\n[5 bytes are missing]\nlate\n\n" + THERE + "two\n")

    def test_nothing_of_it_is_for_a_terminal(self):
        output = self.followed([tcp(b"a\x1b[2J\r\x00\xff\tb\r", 100)])
        self.assertEqual(output, THERE + "a\\x1b[2J\\r\\x00\\xff\tb\\r\n")

    def test_bytes(self):
        output = self.followed([tcp(b"ab\x00", 100)], "-X")
        self.assertRegex(output, r"^192[^\n]*:\n0x0000:  6162 00 +ab\.\n$")

    def test_a_filter_chooses(self):
        frames = [tcp(b"one\n", 100, 500), tcp(b"two\n", 500, 104, back=True)]
        self.assertEqual(self.followed(frames, "tcp", "dst", "port", "80"), THERE + "one\n")

    def test_nothing_is_said(self):
        self.assertEqual(self.followed([tcp(b"", 100, flags=SYN), udp(b"x")]), "")

    def test_what_it_is_not_for(self):
        for words in (("--json",), ("--tree",), ("-w", "out.pcap")):
            with self.subTest(words=words):
                self.refused("--follow", "-r", "x", *words)


if __name__ == "__main__":
    harness.main()
