"""pier-send-frame without a network: what it shows and writes, and what it makes of mistakes. On every system."""

import pathlib
import struct
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness

NAME = "pier-send-frame"
FRAME = 'eth dst=00:00:5e:00:53:01 / ip src=192.0.2.1 dst=192.0.2.2 ttl=3 / udp dport=53 / "payload"'


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class CommandLine(harness.TestCase):
    program = NAME

    def test_help(self):
        self.assertIn("ttl", self.help_for_people())

    def test_mistypes(self):
        for words in ((), ("-n",), ("eth",), ("-n", "eth", "--file", "x"), ("-n", "-w", "x", "eth"), ("--raw", "-n", "ip"),
                      ("--raw", "-I", "e0", "ip"), ("-n", "-c", "0", "eth"), ("-n", "-i", "nan", "eth"),
                      ("-n", "--no-such", "eth"), ("-n", "--engine", "none", "eth"), ("--raw", "eth / ip")):
            with self.subTest(words=words):
                self.refused(*words)

    def test_mistakes_have_their_place(self):
        self.assertIn("column 16: ip has no field \"tll\"", self.refused("-n", "eth / ip ttl=3 tll=3"))
        self.assertIn("frame 1: IPv4", self.refused("-n", "ip options=01"))
        with tempfile.TemporaryDirectory() as folder:
            name = str(pathlib.Path(folder) / "frame.txt")
            pathlib.Path(name).write_text("eth\n/ ip ttl=300\n", encoding="utf-8")
            self.assertIn("frame.txt: line 2, column 6: ip ttl: ", self.refused("-n", "--file", name))

    def test_files_that_are_not_there(self):
        self.assertIn("can't be read", self.refused("-n", "--file", "/no/such/file", status=1))
        self.assertIn("can't be written", self.refused("-w", "/no/such/folder/file", "eth", status=1))

    def test_no_interface(self):
        self.assertIn("there is no interface", self.refused("-n", "-I", "no-such-interface", "eth", status=1))


class Shown(harness.TestCase):
    def test_a_tree_and_the_bytes(self):
        output = self.good("-n", FRAME)
        self.assertIn("IP 192.0.2.1.0 > 192.0.2.2.53: ", output.splitlines()[0])
        self.assertIn("time to live: 3", output)
        self.assertIn("0x0000:  0000 5e00 5301 ", output)

    def test_words_need_no_quotes(self):
        self.assertEqual(self.good("-n", *FRAME.split(" ")), self.good("-n", FRAME))

    def test_what_was_shown_is_read_again(self):
        """The digits of a dump without its characters, as tcpdump -xx has it."""
        output = self.good("-n", FRAME)
        dump = "".join(line[:49] + "\n" for line in output.splitlines() if line.startswith("0x"))
        with tempfile.TemporaryDirectory() as folder:
            name = pathlib.Path(folder) / "dump"
            name.write_text(dump, encoding="utf-8")
            self.assertEqual(self.good("-n", "--file", str(name)), output)

    def test_a_capture_file(self):
        with tempfile.TemporaryDirectory() as folder:
            name = pathlib.Path(folder) / "frames.pcap"
            self.assertEqual(self.good("-w", str(name), f"{FRAME}; eth / arp"), "")
            content = name.read_bytes()
        magic, *_, link = struct.unpack_from("<IHHiIII", content)
        self.assertEqual((magic, link), (0xa1b23c4d, 1))
        sizes, place = [], 24
        while place < len(content):
            *_, kept, size = struct.unpack_from("<IIII", content, place)
            self.assertEqual(kept, size)
            sizes.append(size)
            place += 16 + kept
        self.assertEqual(sizes, [14 + 20 + 8 + 7, 14 + 28])

    def test_output_that_cannot_be_written(self):
        for name, opened in harness.unwritable_outputs():
            with self.subTest(output=name), opened() as output:
                status, complaint = harness.run_into(output, "-n", FRAME)
                self.assertEqual((status, complaint), (1, f"{NAME}: the output can't be written\n"))


if __name__ == "__main__":
    harness.main()
