"""What pier-compare trace tells of the engines' steps."""

import itertools
import json
import os
import tempfile
import unittest

import harness

NAME = "pier-compare"
COMPLETION = {"io_uring", "uv"}
OVERLAPPED = {"iocp", "overlapped-apc", "overlapped-event"}
EDGE = {"epoll-et", "wsa-event"}
LEVEL = {"epoll-lt", "poll", "select", "wsa-select"}


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def whats(steps, socket, operation):
    """What has happened to one socket's operations of a kind, and the loop's waits in between."""
    return [step["what"] for step in steps
            if step["what"] in ("waited", "armed", "disarmed") and step.get("socket", socket) == socket
            or step.get("socket") == socket and step.get("operation") == operation]


class Trace(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        status, cls.json, complaint = harness.run("trace", "echo", "--format", "json", "--system", "here")
        assert (status, complaint) == (0, ""), complaint
        cls.trace = json.loads(cls.json)
        cls.lanes = {lane["engine"]: lane["steps"] for lane in cls.trace["lanes"]}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return os.path.relpath(path) if harness.settings.wine else path

    def trace_of(self, *arguments):
        status, output, complaint = harness.run("trace", *arguments)
        self.assertEqual((status, complaint), (0, ""))
        return output

    def assert_refused(self, *arguments):
        status, output, complaint = harness.run("trace", *arguments)
        self.assertEqual((status, output), (2, ""), complaint)
        self.assertEqual(len(complaint.splitlines()), 1, complaint)
        self.assertTrue(complaint.startswith(f"{NAME}: "), complaint)
        return complaint

    def assert_in_order(self, expected, found):
        rest = iter(found)
        for what in expected:
            self.assertIn(what, rest, f"{expected} are not in this order in {found}")

    def engines(self, wanted):
        """The steps of those that are here, by name."""
        found = sorted(wanted & self.lanes.keys())
        self.assertTrue(found)
        return [(engine, self.lanes[engine]) for engine in found]

    def test_every_engine_is_there(self):
        listed = harness.run("--list-engines")[1].splitlines()
        models = {"process", "fork", "prefork", "thread", "pool"}
        runs = [line.split(":")[0] for line in listed if "can't run here" not in line]
        self.assertEqual(list(self.lanes), [engine for engine in runs if engine not in models])
        self.assertEqual((self.trace["format"], self.trace["version"]), ("pier-compare trace", 1))
        self.assertEqual({lane["outcome"] for lane in self.trace["lanes"]}, {"works"})
        self.assertEqual({lane["system"] for lane in self.trace["lanes"]}, {"here"})

    def test_readiness_waits_and_then_acts(self):
        for engine, steps in self.engines(EDGE | LEVEL):
            with self.subTest(engine=engine):
                parked, done = ["started", "tried", "would block"], ["waited", "event", "tried", "completed"]
                self.assert_in_order([*parked, "armed", *done], whats(steps, "client", "connect"))
                self.assert_in_order([*parked, *done], whats(steps, "client", "receive"))
                self.assertNotIn("submitted", [step["what"] for step in steps])
                self.assertNotIn("completion", [step["what"] for step in steps])

    def test_completion_acts_and_then_tells(self):
        for engine, steps in self.engines(COMPLETION):
            with self.subTest(engine=engine):
                for socket in ("client", "accepted"):
                    self.assert_in_order(["started", "submitted", "waited", "completion", "completed"],
                                         whats(steps, socket, "receive"))
                self.assertNotIn("armed", [step["what"] for step in steps])

    def test_overlapped_receives_with_a_deadline_wait_without_a_buffer(self):
        if not OVERLAPPED & self.lanes.keys():
            self.skipTest("only Windows has overlapped calls")
        for engine, steps in self.engines(OVERLAPPED):
            with self.subTest(engine=engine):
                handed_over = ["started", "submitted", "waited"]
                self.assert_in_order([*handed_over, "completion", "completed"], whats(steps, "client", "connect"))
                for socket in ("client", "accepted"):
                    self.assert_in_order([*handed_over, "event", "tried", "completed"], whats(steps, socket, "receive"))
                self.assertNotIn("armed", [step["what"] for step in steps])

    def test_only_level_triggered_engines_take_interest_back(self):
        for engine, steps in self.engines(EDGE):
            with self.subTest(engine=engine):
                self.assertNotIn("disarmed", [step["what"] for step in steps])
        for engine, steps in self.engines(LEVEL):
            with self.subTest(engine=engine):
                self.assertIn(("client", "disarmed"), [(step.get("socket"), step["what"]) for step in steps])

    def test_a_blocking_engine_arms_nothing(self):
        steps = self.lanes["blocking"]
        self.assert_in_order(["started", "tried", "completed"], whats(steps, "client", "send"))
        self.assertFalse({"armed", "submitted"} & {step["what"] for step in steps})

    def test_each_operation_starts_first_and_ends_once(self):
        for engine, steps in self.engines(self.lanes.keys()):
            for kind in {(step["socket"], step["operation"]) for step in steps if "operation" in step}:
                with self.subTest(engine=engine, kind=kind):
                    found = [step["what"] for step in steps if (step.get("socket"), step.get("operation")) == kind]
                    starts = [at for at, what in enumerate(found) if what == "started"]
                    ends = [at for at, what in enumerate(found) if what == "completed"]
                    self.assertEqual(starts, [0] + [at + 1 for at in ends[:-1]], found)
                    self.assertEqual(ends[-1], len(found) - 1, found)

    def test_five_bytes_go_there_and_back(self):
        for engine, steps in self.engines(self.lanes.keys()):
            with self.subTest(engine=engine):
                for kind in itertools.product(("client", "accepted"), ("send", "receive"), ("completed",)):
                    done = [step["detail"] for step in steps
                            if (step.get("socket"), step.get("operation"), step["what"]) == kind]
                    self.assertEqual(done[0].split(", ")[0], "5 bytes")

    def test_sockets_are_attached_and_released(self):
        for engine, steps in self.engines(self.lanes.keys()):
            with self.subTest(engine=engine):
                for what in ("attached", "released"):
                    self.assertEqual(sorted(step["socket"] for step in steps if step["what"] == what),
                                     ["accepted", "client", "listener"])

    def test_times_only_grow(self):
        for engine, steps in self.engines(self.lanes.keys()):
            with self.subTest(engine=engine):
                times = [step["microseconds"] for step in steps]
                self.assertEqual(times, sorted(times))

    def test_two_runs_give_the_same_text(self):
        # A machine that is busy may deliver a packet late, and Windows and Wine do so at any time.
        what = ["echo"] if harness.settings.system() == "linux" else ["echo", "--engine", "blocking"]
        runs = [self.trace_of(*what) for _ in range(5)]
        self.assertTrue(any(one == other for one, other in itertools.pairwise(runs)), runs)
        self.assertNotIn(self.trace_of(*what, "--times"), runs)

    def test_columns(self):
        engines = list(self.lanes)[:2]
        wide = self.trace_of("echo", "--engine", ",".join(engines), "--width", "120").splitlines()
        self.assertEqual(wide[2].split(), engines)
        self.assertLessEqual(max(map(len, wide)), 120)
        narrow = self.trace_of("echo", "--engine", ",".join(engines), "--width", "60").splitlines()
        self.assertEqual([line for line in narrow if line in engines], engines)
        self.assertLessEqual(max(map(len, narrow)), 60)

    def test_a_peer_on_its_own_thread(self):
        engine = next(iter(self.lanes))
        lane = json.loads(self.trace_of("echo-1B", "--engine", engine, "--format", "json"))["lanes"][0]
        sides = {step["socket"]: step.get("side", "") for step in lane["steps"] if "socket" in step}
        self.assertEqual(sides, {"listener": "peer", "accepted": "peer", "client": ""})

    def test_long_traces_are_cut(self):
        lane = json.loads(self.trace_of("echo-8MiB", "--engine", "blocking", "--format", "json"))["lanes"][0]
        self.assertEqual(len(lane["steps"]), 1000)
        self.assertGreater(lane["left_out"], 0)

    def test_merge(self):
        here = self.file("here.json", self.json)
        self.assertEqual(self.trace_of("--merge", here, "--format", "json"), self.json)
        other = self.file("other.json", self.json)
        merged = json.loads(self.trace_of("--merge", here, other, "--format", "json"))
        count = len(self.lanes)
        self.assertEqual([lane["system"] for lane in merged["lanes"]], ["here"] * count + ["here 2"] * count)
        heads = self.trace_of("--merge", here, other, "--width", "50").splitlines()
        for engine in self.lanes:
            self.assertIn(f"here {engine}", heads)
            self.assertIn(f"here 2 {engine}", heads)

    def test_merge_of_what_does_not_belong_together(self):
        here = self.file("here.json", self.json)
        for content, sentence in (
                ("", "it is not JSON from byte 1 on"),
                ({"format": "pier-compare", "version": 2}, "it is not a trace of pier-compare"),
                (self.trace | {"version": 7}, "it is a trace of version 7, and this program reads version 1"),
                (self.trace | {"lanes": 7}, "it is not a trace of pier-compare"),
                (self.trace | {"probe": "linger"}, "one trace is of echo, another of linger")):
            with self.subTest(sentence=sentence):
                self.assertIn(sentence, self.assert_refused("--merge", here, self.file("bad.json", content)))
        self.assertIn("given twice", self.assert_refused("--merge", here, here))
        self.assertIn("can't be read", self.assert_refused("--merge", "no such file"))

    def test_refusals(self):
        self.assertIn('there is no behaviour "ecko"', self.assert_refused("ecko"))
        self.assertIn("there is no engine", self.assert_refused("echo", "--engine", "epol"))
        self.assertIn("nothing to trace", self.assert_refused("echo", "--engine", "native"))
        self.assertIn("PROBE", self.assert_refused())
        self.assertIn("no engine does anything for connect-self", self.assert_refused("connect-self"))
        here = self.file("here.json", self.json)
        for words in (["echo"], ["--engine", "blocking"], ["--system", "linux"]):
            self.assertIn("runs nothing", self.assert_refused(*words, "--merge", here))

    def test_control_characters_stay_away_from_the_terminal(self):
        hostile = json.loads(self.json)
        hostile["lanes"][0]["steps"][0]["socket"] = "\x1b[31m"
        self.assertIn(r"\x1b[31m", self.trace_of("--merge", self.file("hostile.json", hostile)))


if __name__ == "__main__":
    harness.main()
