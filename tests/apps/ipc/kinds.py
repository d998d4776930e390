"""pier-ipc as its user sees it: each kind moves its data, on the engine that is tested, and what goes wrong is said."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import settings

NAME = "pier-ipc"
KINDS = ["pipe", "named-pipe", "shared-memory", "semaphore", "queue", "unix", "socket-passing", "signal"]
LONG = 60  # seconds: for everything at once, each with a second process that Wine has to start


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def measured(*arguments):
    status, output, complaint = harness.run("--engine", settings.engine, "--json", *arguments, seconds=LONG)
    assert (status, complaint) == (0, ""), (status, output, complaint)
    return json.loads(output)


class Kinds(harness.TestCase):
    def check(self, kind, raw):
        """What the report says of a kind: everything that was to be measured, or why this system has not got it."""
        if not kind["here"]:
            self.assertTrue(kind["reason"])
            uv = settings.engine == "uv" and kind["kind"] == "socket-passing"
            self.assertTrue(settings.wine or settings.windows or uv, kind)
            return
        self.assertTrue(kind["good"], kind)
        sizes = [entry["bytes"] for entry in kind["throughput"]]
        if kind["kind"] in ("socket-passing", "signal"):
            self.assertEqual(sizes, [])
        elif kind["kind"] == "semaphore":
            self.assertEqual(sizes, [0])
        else:
            self.assertEqual(sizes, [1, 4096] if kind["kind"] == "queue" else [1, 4096, 1 << 20])
        for entry in kind["throughput"]:
            for way in ("pier", "raw") if raw else ("pier",):
                self.assertEqual([series["to"] for series in entry[way]], ["child", "parent"])
                for series in entry[way]:
                    self.assertEqual(series["messages"], 20)
                    self.assertGreater(series["messages_per_second"], 0)
            if raw:
                self.assertGreater(entry["ratio"], 0)
        latency = kind["latency"]["pier"]
        self.assertEqual(latency["round_trips"], 20)
        self.assertLessEqual(latency["least"], latency["median"])
        self.assertLessEqual(latency["median"], latency["p99"])
        self.assertLessEqual(latency["p99"], latency["most"])

    def test_every_kind_moves_its_data_while_both_poll_busily(self):
        report = measured("--count", "20", "--busy-poll", "200", "all")
        self.assertEqual(report["busy_poll_microseconds"], 200)
        self.assertEqual([kind["kind"] for kind in report["kinds"]], KINDS)
        for kind in report["kinds"]:
            self.check(kind, raw=False)

    def test_every_kind_moves_its_data(self):
        report = measured("--count", "20", "all")
        self.assertEqual(report["program"], NAME)
        self.assertEqual(report["engine"], settings.engine)
        self.assertEqual([kind["kind"] for kind in report["kinds"]], KINDS)
        for kind in report["kinds"]:
            with self.subTest(kind=kind["kind"]):
                self.check(kind, raw=False)

    def test_beside_bare_system_calls(self):
        report = measured("--count", "20", "--raw", "pipe", "named-pipe", "shared-memory", "semaphore")
        for kind in report["kinds"]:
            with self.subTest(kind=kind["kind"]):
                self.assertIn("raw", kind["latency"])
                self.check(kind, raw=True)

    def test_a_table(self):
        status, output, complaint = harness.run("--engine", settings.engine, "--seconds", "0.01", "pipe", "semaphore",
                                                seconds=LONG)
        self.assertEqual((status, complaint), (0, ""))
        lines = output.splitlines()
        self.assertEqual(lines[0], f"engine {settings.engine}")
        self.assertEqual(lines[1].split(), ["kind", "by", "1", "B", "4", "KiB", "1", "MiB", "answer", "99", "of", "100"])
        self.assertTrue(lines[2].startswith("pipe "), output)
        self.assertTrue(lines[3].startswith("semaphore "), output)
        self.assertEqual([line for line in lines if line.endswith(" ") or "\x1b" in line], [])


class CommandLine(harness.TestCase):
    def test_help(self):
        output = self.help_for_people()
        for kind in KINDS:
            self.assertRegex(output, rf"(?m)^  {kind}  +\S")
        self.assertRegex(output, r"(?m)^  --seconds SECONDS ")
        self.help_for_people("clean")

    def test_a_kind_that_is_mistyped(self):
        for typed, meant in (("pip", "pipe"), ("semaphor", "semaphore"), ("named_pipe", "named-pipe"),
                             ("memory", "shared-memory"), ("cleen", "clean")):
            status, output, complaint = harness.run(typed)
            self.assertEqual((status, output), (2, ""))
            self.assertEqual(complaint, f'{NAME}: there is no kind "{typed}"; is "{meant}" meant?\n')
        status, output, complaint = harness.run("smoke-signals")
        self.assertEqual((status, output), (2, ""))
        self.assertEqual(complaint, f'{NAME}: there is no kind "smoke-signals"; see --help\n')

    def test_nothing_to_measure(self):
        status, output, complaint = harness.run()
        self.assertEqual((status, output), (2, ""))
        self.assertEqual(complaint, f"{NAME}: say what to measure: a kind, or all; see --help\n")

    def test_numbers_that_are_none(self):
        for option, value in (("--count", "0"), ("--count", "x"), ("--seconds", "0"), ("--seconds", "nan")):
            status, output, complaint = harness.run("pipe", option, value)
            self.assertEqual((status, output), (2, ""), option)
            self.assertTrue(complaint.startswith(f"{NAME}: {option}"), complaint)

    def test_an_output_that_nobody_reads(self):
        for output, opened in harness.unwritable_outputs():
            with self.subTest(output=output), opened() as stdout:
                status, complaint = harness.run_into(stdout, "--engine", settings.engine, "--count", "1", "pipe")
                self.assertEqual((status, complaint), (1, f"{NAME}: the output can't be written\n"))


if __name__ == "__main__":
    harness.main()
