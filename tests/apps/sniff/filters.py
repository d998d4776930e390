"""pier-sniff's filters: the programs are those that tcpdump makes, instruction by instruction, where that is installed."""

import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness

EXPRESSIONS = pathlib.Path(__file__).resolve().parents[2] / "packet" / "filter" / "expressions.txt"


class Programs(harness.TestCase):
    def test_they_are_those_of_tcpdump(self):
        tcpdump = shutil.which("tcpdump")
        if tcpdump is None:
            self.skipTest("tcpdump is not installed")
        expressions = EXPRESSIONS.read_text(encoding="utf-8").splitlines()
        self.assertGreaterEqual(len(expressions), 200)
        with tempfile.TemporaryDirectory() as folder:
            # No interface is opened: the kind of link is that of a file.
            empty = pathlib.Path(folder) / "empty.pcap"
            empty.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
            for expression in expressions:
                with self.subTest(expression=expression):
                    done = subprocess.run([tcpdump, "-r", str(empty), "-d", expression], capture_output=True, text=True,
                                          timeout=30)
                    code, output, complaint = harness.run("-d", expression)
                    if done.returncode != 0:
                        self.assertEqual((code, output), (2, ""), complaint)
                        continue
                    self.assertEqual((code, complaint), (0, ""))
                    self.assertEqual(output.split(), done.stdout.split())


if __name__ == "__main__":
    harness.main()
