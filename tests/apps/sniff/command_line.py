"""pier-sniff without a network: what it makes of capture files, whole and broken ones, and of mistakes. On every system."""

import json
import pathlib
import struct
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from captures import pcap, udp

NAME = "pier-sniff"


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class Base(harness.TestCase):
    program = NAME

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def file(self, content, name="in.pcap"):
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


class CommandLine(Base):
    def test_help(self):
        self.assertIn("--interface", self.help_for_people())

    def test_mistypes(self):
        for words in (("-c", "0"), ("-s", "0"), ("-s", "262145"), ("-i", "e0", "-r", "x"), ("--no-such",), ("word",),
                      ("--statistics", "-w", "-"), ("--statistics", "--json"), ("--engine", "none")):
            with self.subTest(words=words):
                self.refused(*words)

    def test_no_interface(self):
        self.assertIn("there is no interface", self.refused("-i", "no-such-interface", status=1))

    def test_files_that_are_not_there(self):
        self.refused("-r", str(self.folder / "none"), status=1)
        self.refused("-r", str(self.folder), status=1)
        self.refused("-r", self.file(pcap([udp(b"x")])), "-w", str(self.folder / "none" / "out"), status=1)


class Read(Base):
    def test_a_line_a_packet(self):
        output = self.good("-r", self.file(pcap([udp(b"one"), udp(b"second")])))
        self.assertEqual(output.splitlines(), [
            "00:00:00.123456 IP 192.0.2.1.40000 > 192.0.2.2.9: UDP, length 3",
            "00:00:01.123456 IP 192.0.2.1.40000 > 192.0.2.2.9: UDP, length 6"])

    def test_times(self):
        name = self.file(pcap([udp(b"one"), udp(b"two")]))
        for option, times in (("-t", ["IP", "IP"]), ("-tt", ["86400.123456", "86401.123456"]),
                              ("-ttt", ["00:00:00.000000", "00:00:01.000000"]),
                              ("-tttt", ["1970-01-02", "1970-01-02"]),
                              ("-ttttt", ["00:00:00.000000", "00:00:01.000000"])):
            with self.subTest(option=option):
                self.assertEqual([line.split()[0] for line in self.good(option, "-r", name).splitlines()], times)

    def test_both_byte_orders_and_microseconds(self):
        for order in "<>":
            for magic, time in ((0xA1B23C4D, "00:00:00.123456"), (0xA1B2C3D4, None)):
                with self.subTest(order=order, magic=magic):
                    output = self.good("-r", self.file(pcap([udp(b"x")], order, magic)))
                    self.assertIn("192.0.2.1.40000 > 192.0.2.2.9: UDP, length 1", output)
                    self.assertTrue(time is None or output.startswith(time), output)

    def test_a_count_and_a_snap_length(self):
        name = self.file(pcap([udp(b"0123456789")] * 5))
        self.assertEqual(len(self.good("-r", name, "-c", "3").splitlines()), 3)
        self.assertIn("captured", json.loads(self.good("-r", name, "-c", "1", "-s", "30", "--json")))

    def test_hexadecimal_digits_and_the_link_header(self):
        name = self.file(pcap([udp(b"a\x1b[2Jb\xff")]))
        output = self.good("-r", name, "-X")
        self.assertIn("0x0000:  4500 ", output)
        self.assertIn("a.[2\n", output)
        self.assertIn("  Jb.\n", output)
        self.assertNotIn("\x1b", output)
        output = self.good("-r", name, "-x", "-e")
        self.assertIn("00:00:5e:00:53:01 > 00:00:5e:00:53:02, length 49: IP ", output)
        self.assertIn("0x0000:  0000 5e00 5302 ", output)

    def test_a_tree(self):
        output = self.good("-r", self.file(pcap([udp(b"x")])), "--tree")
        self.assertIn("time to live: 64", output)

    def test_checksums_are_looked_at_when_asked(self):
        name = self.file(pcap([udp(b"x")]))
        self.assertNotIn("checksum", self.good("-r", name))
        self.assertIn("[IPv4 checksum is wrong]", self.good("-r", name, "-v"))

    def test_json(self):
        facts = [json.loads(line) for line in self.good("-r", self.file(pcap([udp(b"xy")] * 2)), "--json").splitlines()]
        self.assertEqual(len(facts), 2)
        self.assertEqual(facts[0]["time_ns"], 86_400_123_456_789)
        self.assertEqual(facts[0]["length"], 44)
        self.assertEqual([layer["name"] for layer in facts[0]["layers"]], ["Ethernet", "IPv4", "UDP", "data"])

    def test_statistics(self):
        output = self.good("-r", self.file(pcap([udp(b"xy")] * 3)), "-q", "--statistics")
        self.assertEqual([line.split() for line in output.splitlines() if line][1:],
                         [["3", "132", "all"], ["3", "132", "UDP"], ["3", "132", "192.0.2.1", ">", "192.0.2.2"]])


class Filtered(Base):
    def test_what_a_filter_lets_pass(self):
        name = self.file(pcap([udp(b"x", destination=port) for port in (9, 53, 9, 7000)]))
        for words, count in ((("udp", "port", "9"), 2), (("port 53 or port 7000",), 2), (("tcp",), 0),
                             (("src host 192.0.2.1",), 4), (("not", "udp"), 0)):
            with self.subTest(words=words):
                self.assertEqual(len(self.good("-r", name, *words).splitlines()), count)
        target = str(self.folder / "out.pcap")
        self.assertEqual(self.good("-r", name, "-w", target, "dst port 53"), "")
        self.assertEqual(len(self.good("-r", target).splitlines()), 1)

    def test_mistakes_have_their_place(self):
        for words, place in ((("port", "70000"), "column 6: "), (("foo",), "column 1: "), (("tcp", "and"), "column ")):
            with self.subTest(words=words):
                self.assertIn(f"filter, {place}", self.refused("-d", *words))


class Written(Base):
    def test_what_is_written_is_read_again(self):
        frames = [udp(bytes([number % 256]) * (number % 1400)) for number in range(1000)]
        name = self.file(pcap(frames))
        for target in ("out.pcap", "out.pcapng"):
            with self.subTest(target=target):
                written = str(self.folder / target)
                self.assertEqual(self.good("-r", name, "-w", written), "")
                self.assertEqual(self.good("-r", written, "-tt", "-x"), self.good("-r", name, "-tt", "-x"))
        self.assertEqual((self.folder / "out.pcap").read_bytes(), pathlib.Path(name).read_bytes())


class Broken(Base):
    def broken(self, content, lines):
        """What can be read is shown, and then a sentence says where it ends."""
        code, output, complaint = harness.run("-r", self.file(content))
        self.assertEqual((code, output.count("\n")), (1, lines), complaint)
        self.assertEqual(complaint.count("\n"), 1, complaint)
        self.assertRegex(complaint, " at [0-9]+: ")

    def test_no_capture_file(self):
        self.broken(b"#!/bin/sh\necho this is none\n", 0)
        self.broken(b"\xa1\xb2", 0)

    def test_a_file_that_ends_in_the_middle(self):
        whole = pcap([udp(b"one"), udp(b"two")])
        for size in (30, len(whole) - 1, len(whole) - 44):
            with self.subTest(size=size):
                self.broken(whole[:size], 0 if size == 30 else 1)

    def test_lengths_that_lie(self):
        whole = bytearray(pcap([udp(b"one"), udp(b"two")]))
        at = 24 + 16 + len(udp(b"one")) + 8
        whole[at:at + 4] = struct.pack("<I", 0xFFFFFFF0)
        self.broken(bytes(whole), 1)

    def test_packets_that_are_cut_anywhere(self):
        frame = udp(b"payload")
        output = self.good("-r", self.file(pcap([frame[:size] for size in range(len(frame))])), "--tree", "-X")
        self.assertTrue(output.isprintable() or all(c.isprintable() or c == "\n" for c in output))


if __name__ == "__main__":
    harness.main()
