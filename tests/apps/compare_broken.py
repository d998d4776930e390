"""What pier-compare makes of engines that are broken on purpose (tests/compare/broken), beside a sound one."""

import json
import os
import re
import tempfile
import unittest

import harness

# With an engine on which finish() is heard of by nobody. (Others depend on it, too, such as those that echo; but where two
# loops wait for the same time, it is open which of them gives up first.)
FINISH_DROPPED = {
    "eof-repeatable": "timed-out",
    "half-close-echo": "timed-out",
    "shutdown-simultaneous": "timed-out",
    "reset-after-fin": "timed-out",
    "ready-peer-fin": "quiet+quiet+too-much",
}
# What does not depend on a half-close.
UNHARMED = ["connect-refused-delay", "shutdown-misuse", "shutdown-both", "close-pending-async-op", "level-repeat",
            "dgram-truncation", "opt-value-width"]
PATIENCE = 60  # seconds: operations have deadlines, and most of these reach theirs
RED = re.compile(r"\x1b\[1;31m([^\x1b]*)\x1b\[0m")
NO_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class Broken(harness.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "report.json")
        if harness.settings.wine:
            self.file = os.path.relpath(self.file)

    def compare(self, engines, behaviours):
        """The status, and outcomes by engine and behaviour with what was said of them."""
        status, output, complaint = harness.run(
            "--system", harness.settings.system(), "--engine", ",".join(engines), "--behaviour",
            ",".join(behaviours), "--format", "json", "--output", self.file, seconds=PATIENCE)
        self.assertEqual(output, "")
        if "crashes" not in engines:  # a sanitizer reports that
            self.assertEqual(complaint, "")
        with open(self.file, encoding="utf-8") as file:
            report = json.load(file)
        self.assertEqual({row["id"] for row in report["behaviours"]}, set(behaviours))
        return status, {engine: {row["id"]: cell for row in report["behaviours"] for cell in row["outcomes"]
                                 if cell["engine"] == engine} for engine in engines}

    def assert_red(self, cells):
        """The table shows those cells, and no others, in red with a sign."""
        status, output, complaint = harness.run("merge", self.file, "--color", "always", "--width", "200")
        self.assertEqual((status, complaint), (1, ""))
        red = {}
        for line in output.splitlines():
            if found := RED.findall(line):
                red[NO_COLOUR.sub("", line).lstrip("*^ ").split()[0]] = found
        self.assertEqual(red, {behaviour: [f"{outcome} !"] for behaviour, outcome in cells.items()})

    def test_a_half_close_that_is_dropped(self):
        sound = harness.settings.engine
        status, cells = self.compare([sound, "drops-finish"], [*FINISH_DROPPED, *UNHARMED])
        self.assertEqual(status, 1)
        self.assertEqual([name for name, cell in cells[sound].items() if not cell["in_contract"]], [])
        self.assertEqual({name: cell["outcome"] for name, cell in cells["drops-finish"].items()
                          if not cell["in_contract"]}, FINISH_DROPPED)
        for behaviour in UNHARMED:
            self.assertEqual(cells["drops-finish"][behaviour]["outcome"], cells[sound][behaviour]["outcome"])
        self.assert_red(FINISH_DROPPED)

    def test_without_the_broken_engine_all_is_well(self):
        status, _ = self.compare([harness.settings.engine], [*FINISH_DROPPED, *UNHARMED])
        self.assertEqual(status, 0)

    def assert_survived(self, engine, deadly, outcome, detail):
        """Behaviours before and after those that end the process are observed as ever."""
        status, cells = self.compare([engine], ["echo-1B", *deadly, "opt-value-width"])
        lost = {name: cell for name, cell in cells[engine].items() if not cell["in_contract"]}
        self.assertEqual(status, 1)
        self.assertEqual({name: cell["outcome"] for name, cell in lost.items()}, dict.fromkeys(deadly, outcome))
        for cell in lost.values():
            self.assertRegex(cell["detail"], detail)

    def test_an_engine_that_crashes(self):
        # The address sanitizer takes the signal itself, and exits.
        how = "exit status" if harness.is_built_with("asan") else "(signal|exception)"
        self.assert_survived("crashes", ["dgram-truncation", "dgram-too-big"], "crash", f"its process ended: {how} ")

    def test_an_engine_that_hangs(self):
        self.assert_survived("hangs", ["dgram-truncation"], "hang", "no end within 10 seconds")


if __name__ == "__main__":
    harness.main()
