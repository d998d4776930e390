"""pier-lookup with what every machine can answer by itself, and what it says of wrong command lines and lists."""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import settings

NAME = "pier-lookup"


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def run_with_input(text, *arguments):
    done = subprocess.run([*settings.command, "--engine", settings.engine, *arguments], input=text, capture_output=True,
                          timeout=settings.boot_time(), check=False)
    return harness.ended(done.returncode), done.stdout.decode(), harness.of_the_program(done.stderr.decode())


def words_of(output):
    return [line.split() for line in output.splitlines()]


class Names(harness.TestCase):
    def run_program(self, *arguments):
        return harness.run("--engine", settings.engine, *arguments)

    def good(self, *arguments):
        status, output, said = self.run_program(*arguments)
        self.assertEqual((status, said), (0, ""), output)
        return output

    def test_an_address_is_its_own_answer(self):
        self.assertEqual(self.good("192.0.2.1", "2001:DB8:0::1", "--canonical"),
                         "192.0.2.1       192.0.2.1\n2001:db8::1     2001:db8::1\n")
        self.assertEqual(words_of(self.good("--numeric", "-s", "80", "192.0.2.1", "::1")),
                         [["192.0.2.1:80", "192.0.2.1"], ["[::1]:80", "::1"]])

    def test_localhost(self):
        lines = words_of(self.good("localhost"))
        self.assertTrue(lines)
        for address, name in lines:
            self.assertIn(address, ("127.0.0.1", "::1"))
            self.assertEqual(name, "localhost")
        self.assertEqual(words_of(self.good("-4", "localhost")), [["127.0.0.1", "localhost"]])
        answer, = json.loads(self.good("-4", "--json", "--canonical", "--service", "http", "localhost"))["answers"]
        self.assertTrue(answer.pop("canonical_name"))
        self.assertEqual(answer, {"question": "localhost", "found": True, "addresses": [
            {"address": "127.0.0.1", "family": "ipv4", "port": 80, "type": "stream"}]})

    def test_services(self):
        self.assertEqual(self.good("--service", "http"), "http            80/tcp\n")
        self.assertEqual(self.good("--service", "domain", "--udp"), "domain          53/udp\n")
        self.assertEqual(self.good("--service", "domain", "--all"), "domain          53/tcp\ndomain          53/udp\n")
        self.assertEqual(words_of(self.good("-a", "-s", "domain", "127.0.0.1")),
                         [["127.0.0.1:53", "stream", "127.0.0.1"], ["127.0.0.1:53", "datagram", "127.0.0.1"]])
        self.assertEqual(words_of(self.good("--all", "-4", "localhost")),
                         [["127.0.0.1", "stream", "localhost"], ["127.0.0.1", "datagram", "localhost"]])
        status, output, said = self.run_program("--service", "no-such-service", "127.0.0.1")
        self.assertEqual((status, output), (1, ""))
        self.assertTrue(said.startswith(f"{NAME}: no-such-service: service not found"), said)

    def test_to_listen_on(self):
        self.assertEqual(self.good("--passive", "-4", "--service", "http"), "0.0.0.0:80\n")
        self.assertEqual(self.good("--passive", "-6"), "::\n")

    def test_reverse_of_a_port(self):
        status, output, _ = self.run_program("--json", "--reverse", "127.0.0.1:80")
        answer, = json.loads(output)["answers"]
        self.assertEqual((answer["question"], status), ("127.0.0.1:80", 0 if answer["found"] else 1))
        if answer["found"]:
            self.assertEqual((answer["address"], answer["port"], answer["service"]), ("127.0.0.1", 80, "http"))

    def test_a_thousand_words_in_their_order(self):
        words = [f"10.{i * 7 % 251}.{i >> 8}.{i & 255}" for i in range(1000)]
        for parallel in ("1", "512"):
            status, output, said = run_with_input("\n".join(words).encode(), "--parallel", parallel, "-")
            self.assertEqual((status, said), (0, ""))
            self.assertEqual([line[0] for line in words_of(output)], words)

    def test_lists(self):
        text = b"\xef\xbb\xbf# a list\r\n192.0.2.1\t192.0.2.2 # two\n\n  2001:db8::1\n192.0.2.3"
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "list"
            file.write_bytes(text)
            found = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "192.0.2.3"]
            for arguments, expected in ((["10.0.0.1", "-", "10.0.0.2"], ["10.0.0.1", *found, "10.0.0.2"]),
                                        (["--file", "-"], found),
                                        (["--file", str(file), "10.0.0.1"], ["10.0.0.1", *found]),
                                        (["-f", str(file), "-f", str(file)], found * 2)):
                status, output, said = run_with_input(text, *arguments)
                self.assertEqual((status, said), (0, ""))
                self.assertEqual([line[0] for line in words_of(output)], expected)
        self.assertEqual(run_with_input(b"", "-"), (0, "", ""))
        self.assertEqual(json.loads(run_with_input(b"", "--json", "-")[1])["answers"], [])

    def test_an_answer_does_not_wait_for_the_end_of_the_input_and_an_interrupt_does_not_either(self):
        with harness.start("--engine", settings.engine, "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL) as process:
            try:
                lines = harness.Lines(process.stdout)
                process.stdin.write(b"192.0.2.1\n")
                process.stdin.flush()
                self.assertEqual(lines.next(settings.boot_time()).split(), [b"192.0.2.1", b"192.0.2.1"])
                harness.send_signal(process, signal.SIGINT)
                self.assertEqual(harness.ended(process.wait(harness.PATIENCE)), 130)
            finally:
                process.kill()

    def test_an_output_that_nobody_reads(self):
        for what, output in harness.unwritable_outputs():
            for more in ([], ["--json"]):
                with self.subTest(what), output() as stdout:
                    self.assertEqual(harness.run_into(stdout, "--engine", settings.engine, "127.0.0.1", *more),
                                     (1, f"{NAME}: the output can't be written\n"))


class CommandLine(harness.TestCase):
    def test_help(self):
        self.help_for_people()

    def test_sentences(self):
        for pattern, words in (
                ("say a name, or - for standard input", []),
                ("say an address", ["--reverse"]),
                ("--ipv4 excludes --ipv6", ["-46", "localhost"]),
                ("--reverse excludes --numeric", ["-x", "-n", "127.0.0.1"]),
                ("excludes", ["--all", "--udp", "localhost"]),
                ("--prefer", ["--prefer", "ipv5", "localhost"]),
                ("--timeout", ["--timeout", "0", "localhost"]),
                ("--timeout: not a number", ["--timeout", "nan", "localhost"]),
                ("--parallel", ["--parallel", "0", "localhost"]),
                ('--service: "65536": a port is a number from 0 to 65535', ["-s", "65536", "localhost"]),
                ('--service: "": ', ["-s", "", "localhost"]),
                ('--service: "+80": this is neither a number nor a name', ["-s", "+80", "localhost"]),
                ("as in 127.0.0.1:80", ["-x", "-s", "80", "127.0.0.1"]),
                ("there is no engine", ["--engine", "steam", "localhost"]),
                ('"": an empty text is no name', [""]),
                ('"a b": a name has no blanks', ["a b"]),
                (r'"\x1b[31m": a name has no control characters', ["\x1b[31m"]),
                (f'"{"a" * 64}...": a name has at most 253 bytes, and this one has 300', ["a" * 300]),
                ("a part of a name has at most 63 bytes, and one of this has 64", ["a" * 64]),
                ('"a..test": a part of the name is empty', ["a..test"]),
                ('"127.1": IPv4 has four numbers', ["127.1"]),
                ('"::g": ', ["::g"]),
                ('"localhost": this is no address', ["--reverse", "localhost"]),
                ('"127.0.0.1:65536": ', ["--reverse", "127.0.0.1:65536"])):
            with self.subTest(words):
                engine = [] if "--engine" in words else ["--engine", settings.engine]
                status, output, said = harness.run(*engine, *words)
                self.assertEqual((status, output), (2, ""), said)
                self.assertRegex(said, f"^{NAME}: ")
                self.assertIn(pattern, said)
                self.assertEqual(said.count("\n"), 1)

    def test_the_others_are_answered(self):
        status, output, said = harness.run("--json", "--engine", settings.engine, "192.0.2.1", "a b", "192.0.2.2")
        self.assertEqual((status, said), (2, f'{NAME}: "a b": a name has no blanks\n'))
        self.assertEqual([(each["question"], each["found"]) for each in json.loads(output)["answers"]],
                         [("192.0.2.1", True), ("a b", False), ("192.0.2.2", True)])

    def test_lists_that_are_none(self):
        for text, sentence in ((b"10.0.0.1\n\xff\n", r'standard input: line 2: "\xff": a name is text in UTF-8'),
                               (b"1" * 100_000,
                                f'standard input: line 1: "{"1" * 64}...": a name has at most 253 bytes'),
                               (b"\n\n10.0.0.2\x00\n10.0.0.3",
                                "standard input: line 3: a zero byte; a list of names is text"),
                               (b"\xff\xfe1\x000\x00", "standard input: line 1: a zero byte")):
            status, _, said = run_with_input(text, "-")
            self.assertEqual(status, 2)
            self.assertTrue(said.startswith(f"{NAME}: {sentence}"), said)
            self.assertEqual(said.count("\n"), 1)
        with tempfile.TemporaryDirectory() as folder:
            for file in (folder, str(pathlib.Path(folder) / "absent")):
                status, output, said = harness.run("--engine", settings.engine, "127.0.0.1", "--file", file)
                self.assertEqual((status, words_of(output)), (2, [["127.0.0.1", "127.0.0.1"]]))
                self.assertIn("it can't be read", said)


if __name__ == "__main__":
    harness.main()
