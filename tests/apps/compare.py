"""What pier-compare makes of its command line and of the reports it merges."""

import json
import os
import tempfile
import unittest

import harness

NAME = "pier-compare"
ENGINE = "blocking"  # every system has it


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class Compare(harness.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.environ.pop("COLUMNS", None)

    def assert_refused(self, *arguments):
        status, output, complaint = harness.run(*arguments)
        self.assertEqual((status, output), (2, ""), complaint)
        self.assertEqual(len(complaint.splitlines()), 1, complaint)
        self.assertTrue(complaint.startswith(f"{NAME}: "), complaint)
        return complaint

    def run_one(self, *arguments):
        status, output, complaint = harness.run("--engine", ENGINE, "--behaviour", "echo-1B", *arguments)
        self.assertEqual((status, complaint), (0, ""))
        return output

    def report(self, system="linux", **changes):
        """A report of one behaviour under one engine."""
        return {"format": "pier-compare", "version": 2, "pier": "0.1.0",
                "systems": [{"name": system, "engines": ["poll"], "absent": []}],
                "behaviours": [{"id": "echo-1B", "question": "?", "contract": ["works"],
                                "outcomes": [{"system": system, "engine": "poll", "outcome": "works",
                                              "in_contract": True}]}]} | changes

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return os.path.relpath(path) if harness.settings.wine else path

    def test_names_given_twice_are_taken_once(self):
        once = self.run_one()
        self.assertEqual(harness.run("--engine", f"{ENGINE},{ENGINE}", "--engine", ENGINE, "--behaviour",
                                     "echo-1B,echo-1B")[1], once)

    def test_raw_system_calls_are_a_column(self):
        status, output, complaint = harness.run("--engine", "native", "--behaviour", "level-repeat,echo-1B",
                                                "--format", "json")
        self.assertEqual((status, complaint), (0, ""))
        report = json.loads(output)
        self.assertEqual(report["systems"][0]["engines"], ["native"])
        outcomes = {row["id"]: row["outcomes"][0] for row in report["behaviours"]}
        self.assertEqual(outcomes["level-repeat"]["outcome"], "ready+ready+ready+quiet")
        self.assertEqual(outcomes["echo-1B"]["outcome"], "n/a")
        self.assertIn("Pier", outcomes["echo-1B"]["detail"])
        self.assertTrue(all(outcome["in_contract"] for outcome in outcomes.values()))

    def test_names_that_there_are_not(self):
        for arguments in (["--engine", ""], ["--engine", f"{ENGINE},"], ["--engine", f"[{ENGINE},{ENGINE}]"]):
            self.assertIn("there is no engine", self.assert_refused(*arguments))
        self.assertIn('there is no behaviour ""', self.assert_refused("--behaviour", ""))

    def test_help(self):
        output = self.help_for_people()
        for group in ("Commands:", "What is run:", "Output:", "Other:"):
            self.assertIn(group, output.splitlines())
        for command in ("merge", "diff", "trace"):
            self.assertIn(f"  {command} ", output)
            self.help_for_people(command)

    def test_width(self):
        for width in ("-1", "0", "19", "10001", "99999999999999999999999", "wide"):
            self.assertIn("not in range 20 to 10000", self.assert_refused("--width", width))
        self.assertLess(max(map(len, self.run_one("--width", "60").splitlines())), 61)

    def test_columns_that_are_no_width_are_ignored(self):
        usual = self.run_one()
        for columns in ("abc", "", "0", "-1", "80x", "99999999999999999999999"):
            with self.subTest(columns=columns):
                os.environ["COLUMNS"] = columns
                self.assertEqual(self.run_one(), usual)
        os.environ["COLUMNS"] = "60"
        self.assertEqual(self.run_one(), self.run_one("--width", "60"))

    def test_merge(self):
        one, other = (self.file(name, self.report()) for name in ("one.json", "other.json"))
        status, output, complaint = harness.run("merge", one, other)
        self.assertEqual((status, complaint), (0, ""))
        self.assertEqual(output.splitlines()[0].split(), ["linux", "linux", "2"])

    def test_merge_refuses_what_says_how_to_run(self):
        report = self.file("one.json", self.report())
        for option in (["--engine", ENGINE], ["--behaviour", "echo-1B"], ["--system", "linux"]):
            self.assertIn(option[0], self.assert_refused(*option, "merge", report))

    def test_merge_of_a_file_with_itself(self):
        report = self.file("one.json", self.report())
        self.assertIn("given twice", self.assert_refused("merge", report, report))
        again = os.path.join(os.path.dirname(report), ".", "one.json")
        self.assertIn("given twice", self.assert_refused("merge", report, again))

    def test_merge_of_what_is_no_report(self):
        for content, sentence in (
                ("", "it is not JSON from byte 1 on"),
                ("{]", "it is not JSON from byte 2 on"),
                ("[]", "it is not a report of pier-compare"),
                ({"format": "another"}, "it is not a report of pier-compare"),
                (self.report(version=1), "it is a report of version 1, and this program reads version 2"),
                (self.report(behaviours=7), "it is not a report of pier-compare"),
                (self.report(systems=[]), "which is not among its systems"),
                (self.report(systems=[{"name": "linux", "engines": ["poll", "poll"], "absent": []}]), "twice")):
            with self.subTest(content=content):
                complaint = self.assert_refused("merge", self.file("bad.json", content))
                self.assertIn(sentence, complaint)
                self.assertNotIn("json.exception", complaint)

    def test_control_characters_stay_away_from_the_terminal(self):
        _, output, _ = harness.run("merge", self.file("one.json", self.report(system="\x1b[31m")))
        self.assertIn(r"\x1b[31m", output)


if __name__ == "__main__":
    harness.main()
