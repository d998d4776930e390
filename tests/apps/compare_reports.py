"""What pier-compare makes of reports: its formats, and what it says of two that differ."""

import copy
import json
import os
import re
import subprocess
import tempfile
import unittest

import harness
import sample_reports

COLOUR = "\x1b["


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def cell(report, behaviour, engine):
    row = next(row for row in report["behaviours"] if row["id"] == behaviour)
    return next(cell for cell in row["outcomes"] if cell["engine"] == engine)


def changed(report, behaviour, engine, outcome):
    """A copy with another outcome in one cell, judged as pier-compare would."""
    report = copy.deepcopy(report)
    cell(report, behaviour, engine).update(
        outcome=outcome, in_contract=sample_reports.in_contract(behaviour, engine, outcome))
    return report


class Reports(harness.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for variable in ("COLUMNS", "NO_COLOR"):
            os.environ.pop(variable, None)

    def path(self, name):
        path = os.path.join(self.folder, name)
        return os.path.relpath(path) if harness.settings.wine else path

    def file(self, name, content):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return self.path(name)

    def both(self):
        return (self.file("linux.json", sample_reports.linux()),
                self.file("wine-8.json", sample_reports.wine_8()))

    def merged(self, *arguments, status=1):
        got, output, complaint = harness.run("merge", *self.both(), *arguments)
        self.assertEqual((got, complaint), (status, ""))
        return output


class Json(Reports):
    def test_every_field_comes_back(self):
        report = json.loads(self.merged("--format", "json"))
        self.assertEqual(report["version"], 2)
        self.assertEqual([system["name"] for system in report["systems"]], ["linux", "wine-8"])
        linux, wine = sample_reports.linux(), sample_reports.wine_8()
        for system, other in zip(report["systems"], linux["systems"] + wine["systems"]):
            self.assertEqual(system, other)
        for row, one, other in zip(report["behaviours"], linux["behaviours"], wine["behaviours"], strict=True):
            self.assertEqual(row, {**one, "outcomes": one["outcomes"] + other["outcomes"]})

    def test_texts_that_only_one_report_has(self):
        bare = sample_reports.linux()
        for row in bare["behaviours"]:
            for field in ("group", "steps", "promise", "sources", "inherent"):
                row.pop(field, None)
        _, output, _ = harness.run("merge", self.file("bare.json", bare),
                                   self.file("wine-8.json", sample_reports.wine_8()),
                                   "--format", "json")
        self.assertEqual([row.get("group") for row in json.loads(output)["behaviours"]],
                         [row["group"] for row in sample_reports.wine_8()["behaviours"]])

    def test_a_merged_report_is_merged_again(self):
        once = self.merged("--format", "json")
        self.assertEqual(harness.run("merge", self.file("merged.json", once), "--format", "json")[1], once)

    def test_a_behaviour_that_is_listed_twice(self):
        report = sample_reports.linux()
        report["behaviours"].append(report["behaviours"][0])
        status, output, complaint = harness.run("merge", self.file("twice.json", report))
        self.assertEqual((status, output), (2, ""))
        self.assertIn("it lists echo-1B twice", complaint)


class Table(Reports):
    def test_groups_signs_and_notes(self):
        lines = [line.rstrip() for line in self.merged("--width", "1000").splitlines()]
        for line in ("stream data", "reset and abort", "options and names"):
            self.assertIn(line, lines)
        rows = {line[2:].split()[0]: line for line in lines if line[:2] in ("* ", "^ ", "  ") and line[2:].strip()}
        self.assertEqual({name: rows[name][0] for name in sample_reports.TEXTS},
                         {"echo-1B": " ", "reset-idle-peer": "*", "reset-twice": "*", "connect-unspecified": "^",
                          "backlog": "*", "send-size": "*"})
        text = "\n".join(lines)
        self.assertIn("~ reset-idle-peer: end on wine-8 wsa-select, wine-8 uv, wine-8 blocking: Wine 8", text)
        self.assertIn("! send-size: corrupt on wine-8 uv; the contract: all or part", text)
        self.assertIn("Inherent, so that no layer can hide it:\nbacklog: The system decides", text)
        self.assertIn("backlog on linux blocking, wine-8 blocking: one operation at a time", text)
        self.assertIn("absent-one can't run on wine-8: it is not there", text)
        self.assertNotIn(COLOUR, text)

    def test_not_applicable_and_native_are_no_difference(self):
        status, output, _ = harness.run("merge", self.file("linux.json", sample_reports.linux()), "--differences")
        self.assertEqual(status, 0)
        self.assertIn("reset-twice", output)
        self.assertNotIn("\n  backlog", output)  # waits waits waits n/a
        self.assertNotIn("echo-1B", output)

    def test_only_differences(self):
        for form in ("table", "json", "outcomes"):
            output = self.merged("--differences", "--format", form)
            self.assertIn("reset-twice", output)
            self.assertNotIn("connect-unspecified", output)
            self.assertNotIn("echo-1B", output)

    def test_colours(self):
        self.assertIn(COLOUR, self.merged("--color", "always"))
        self.assertNotIn(COLOUR, self.merged("--color", "never"))
        plain, coloured = self.merged(), self.merged("--color", "always")
        for code in ("0m", "1m", "2m", "1;31m", "32m", "35m", "36m"):
            coloured = coloured.replace(COLOUR + code, "")
        self.assertEqual(coloured, plain)

    def test_output(self):
        usual = self.merged()
        self.assertEqual(self.merged("--output", self.path("table.txt")), "")
        with open(os.path.join(self.folder, "table.txt"), encoding="utf-8") as file:
            self.assertEqual(file.read(), usual)
        status, _, complaint = harness.run("merge", *self.both(), "--output", self.path("none/table.txt"))
        self.assertEqual(status, 1)
        self.assertIn("it can't be written", complaint)
        self.assertEqual(harness.run("merge", *self.both(), "--output", "")[0], 2)


class Markdown(Reports):
    def test_groups_tables_and_notes(self):
        lines = self.merged("--format", "markdown").splitlines()
        for line in ("## Stream data", "## Reset and abort", "## Options and names", "## Engines that can't run",
                     "| ^ connect-unspecified | works | works | works | works | unavailable | works | works | works |",
                     "| \\* send-size | part | part | all | part | all | all | **corrupt !** | all |",
                     "  - n/a on linux blocking, wine-8 blocking: one operation at a time"):
            self.assertIn(line, lines)
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in lines if line.startswith("|")}
        self.assertEqual(cells, {10})

    def test_texts_stay_text(self):
        report = sample_reports.linux()
        for row in report["behaviours"]:
            row.update(id=row["id"] + "<script>|", question="<script>|\n# x", promise="<script>`a\n\n|b|",
                       group="<b>\n# x")
            for outcome in row["outcomes"]:
                outcome.update(outcome="<i>|\n", in_contract=False, detail="<i>|\n# x")
        _, output, _ = harness.run("merge", self.file("bad.json", report), "--format", "markdown")
        self.assertEqual(set(re.findall(r"<[a-z/]*", output)), {"<br"})
        titles = [line for line in output.splitlines() if line.startswith("#")]
        self.assertEqual([title for title in titles if "x" in title], ["## &lt;b\\>\\\\n\\# x"])
        self.assertEqual(len(titles), 3)  # nothing differs, so there is nothing to tell


class Html(Reports):
    def test_one_file_of_escaped_text(self):
        page = self.merged("--format", "html")
        self.assertEqual(page.count("<script"), 2)
        self.assertEqual(page.count("</script"), 2)
        self.assertNotIn("<img", page)
        self.assertNotIn("{{", page)
        self.assertEqual(set(re.findall(r'(?:src|href)="([^"]*)"', page)), {"data:,"})
        self.assertNotIn("url(", page)
        report = json.loads(re.search(r'<script type="application/json" id="report">(.*?)</script>', page, re.S)[1])
        self.assertIn(sample_reports.HOSTILE, [row for group in report["groups"] for row in group["rows"]
                                               if row["id"] == "reset-idle-peer"][0]["steps"])


class Words(Reports):
    def test_the_most_telling_come_first(self):
        lines = self.merged("--format", "words", "--width", "1000").splitlines()
        self.assertEqual(lines[0], "- What is a connection to 0.0.0.0? Linux's own calls say works, Wine 8's say "
                                   "unavailable; Pier's engines all say works.")
        self.assertIn("- What happens to the connection that finds the queue full? Linux's own calls say waits, Wine 8's "
                      "say refused; Linux's engines say waits, Wine 8's say refused (no layer can hide it: The system",
                      lines[1])
        self.assertIn("- How does a receive end that begins after a reset? Linux's own calls say reset, Wine 8's say "
                      "end; Linux's engines say reset, Wine 8's say end.", lines)
        self.assertEqual(len(lines), 5)
        self.assertEqual(self.merged("--format", "words", "--width", "1000", "--count", "1").splitlines(), lines[:1])

    def test_nothing_to_tell(self):
        report = sample_reports.linux()
        report["behaviours"] = report["behaviours"][:1]
        self.assertEqual(harness.run("merge", self.file("same.json", report), "--format", "words")[1],
                         "No outcomes differ.\n")


class Terminal(Reports):
    def setUp(self):
        if harness.settings.system() != "linux":
            raise unittest.SkipTest("a terminal of Linux is none of Windows'")
        super().setUp()

    def on_terminal(self, stream, *arguments, **variables):
        """What a terminal is sent that is the program's `stream`."""
        ours, theirs = os.openpty()
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: theirs}
        with subprocess.Popen([*harness.settings.command, *arguments], stdin=subprocess.DEVNULL, **streams,
                              env={**os.environ, "TERM": "xterm", **variables}) as program:
            os.close(theirs)
            said = b""
            try:
                while piece := os.read(ours, 65536):
                    said += piece
            except OSError:  # EIO: the other side is closed
                pass
            program.communicate(timeout=harness.PATIENCE)
        os.close(ours)
        return said.decode()

    def test_colours_on_a_terminal_only(self):
        merge = ["merge", *self.both()]
        self.assertIn(COLOUR, self.on_terminal("stdout", *merge))
        self.assertNotIn(COLOUR, self.on_terminal("stdout", *merge, NO_COLOR="1"))
        self.assertNotIn(COLOUR, self.on_terminal("stdout", *merge, TERM="dumb"))
        self.assertIn(COLOUR, self.on_terminal("stdout", *merge, "--color", "always", NO_COLOR="1"))

    def test_progress_on_a_terminal_only(self):
        one = ["--engine", "blocking", "--behaviour", "echo-1B"]
        self.assertIn("0/1 blocking echo-1B", self.on_terminal("stderr", *one))
        self.assertEqual(harness.run(*one)[2], "")


class Diff(Reports):
    def diff(self, old, new, *arguments):
        status, output, complaint = harness.run("diff", self.file("old.json", old), self.file("new.json", new),
                                                "--width", "1000", *arguments)
        self.assertEqual(complaint, "")
        return status, output.splitlines()

    def test_nothing(self):
        for strict in ([], ["--strict"]):
            self.assertEqual(self.diff(sample_reports.linux(), sample_reports.linux(), *strict),
                             (0, ["0 outcomes have changed, 0 promises are newly broken"]))

    def test_a_promise_is_newly_broken_and_kept_again(self):
        good, bad = sample_reports.linux(), changed(sample_reports.linux(), "echo-1B", "uv", "corrupt")
        self.assertEqual(self.diff(good, bad),
                         (1, ["! echo-1B: works -> corrupt on linux uv; this breaks the promise: works",
                              "1 outcome has changed, 1 promise is newly broken"]))
        self.assertEqual(self.diff(bad, good)[0], 0)
        self.assertEqual(self.diff(bad, good)[1][0],
                         "= echo-1B: corrupt -> works on linux uv; the promise is kept again")
        self.assertEqual(self.diff(bad, bad)[0], 0)

    def test_a_known_deviation_breaks_no_promise(self):
        known = sample_reports.wine_8()
        kept = changed(known, "reset-idle-peer", "uv", "reset")
        self.assertEqual(self.diff(kept, known)[0], 0)
        self.assertEqual(self.diff(kept, known, "--strict")[0], 1)

    def test_a_change_within_the_contract(self):
        new = changed(changed(sample_reports.linux(), "send-size", "uv", "part"), "send-size", "native", "all")
        self.assertEqual(self.diff(sample_reports.linux(), new),
                         (0, ["~ send-size: part -> all on linux native", "~ send-size: all -> part on linux uv",
                              "2 outcomes have changed, 0 promises are newly broken"]))
        self.assertEqual(self.diff(sample_reports.linux(), new, "--strict")[0], 1)

    def test_native_calls_that_could_not_be_made(self):
        barred = changed(sample_reports.linux(), "send-size", "native", "n/a")
        self.assertEqual(self.diff(sample_reports.linux(), barred, "--strict"),
                         (0, ["~ send-size: part -> n/a on linux native",
                              "1 outcome has changed, 0 promises are newly broken"]))
        self.assertEqual(self.diff(barred, sample_reports.linux(), "--strict")[0], 1)
        engine = changed(sample_reports.linux(), "send-size", "uv", "n/a")
        self.assertEqual(self.diff(sample_reports.linux(), engine, "--strict")[0], 1)

    def test_columns_and_rows_that_come_and_go(self):
        new = sample_reports.linux()
        new["behaviours"][0]["id"] = "echo-2B"
        new["systems"][0]["engines"] = ["native", "poll", "epoll", "blocking"]
        for row in new["behaviours"]:
            for outcome in row["outcomes"]:
                outcome["engine"] = outcome["engine"].replace("uv", "epoll")
        status, lines = self.diff(sample_reports.linux(), new)
        self.assertEqual((status, lines[:-1]), (0, ["- behaviour echo-1B", "+ behaviour echo-2B", "- column linux uv",
                                                    "+ column linux epoll"]))
        self.assertEqual(self.diff(sample_reports.linux(), new, "--strict")[0], 1)

    def test_an_engine_that_can_not_run_is_no_change(self):
        new = sample_reports.linux()
        new["systems"][0]["engines"].remove("uv")
        new["systems"][0]["absent"] = [{"engine": "uv", "reason": "not today"}]
        for row in new["behaviours"]:
            row["outcomes"] = [cell for cell in row["outcomes"] if cell["engine"] != "uv"]
        status, lines = self.diff(sample_reports.linux(), new, "--strict")
        self.assertEqual((status, lines[0]), (0, "- column linux uv, which can't run: not today"))

    def test_outcomes_alone(self):
        _, output, _ = harness.run("merge", self.file("linux.json", sample_reports.linux()), "--format", "outcomes")
        baseline = json.loads(output)
        self.assertEqual(baseline["systems"]["linux"]["backlog"],
                         {"native": "waits", "poll": "waits", "uv": "waits", "blocking": "n/a"})
        self.assertEqual(self.diff(baseline, sample_reports.linux(), "--strict")[0], 0)
        bad = changed(sample_reports.linux(), "echo-1B", "uv", "corrupt")
        self.assertEqual(self.diff(baseline, bad)[0], 1)
        status, output, complaint = harness.run("merge", self.file("outcomes.json", baseline))
        self.assertEqual((status, complaint), (0, ""))
        self.assertIn("echo-1B", output)

    def test_outcomes_alone_get_the_texts_of_the_catalogue(self):
        outcomes = {"format": "pier-compare outcomes", "version": 2, "systems": {
            "linux": {"no-such-behaviour": {"poll": "works"}, "echo-1B": {"poll": "works", "native": "n/a"},
                      "pending-bytes": {"poll": "n/a"}, "half-close-echo": {"poll": "timed-out"}}}}
        status, output, complaint = harness.run("merge", self.file("outcomes.json", outcomes), "--format", "json")
        self.assertEqual((status, complaint), (1, ""))
        rows = {row["id"]: row for row in json.loads(output)["behaviours"]}
        self.assertEqual(list(rows), ["echo-1B", "half-close-echo", "pending-bytes", "no-such-behaviour"])
        self.assertEqual(rows["half-close-echo"]["contract"], ["end+data+broken-pipe"])
        self.assertFalse(rows["half-close-echo"]["outcomes"][0]["in_contract"])
        self.assertIn("does not count what waits", rows["pending-bytes"]["outcomes"][0]["detail"])

    def test_catalogue(self):
        outcomes = {"format": "pier-compare outcomes", "version": 2, "systems": {
            "linux": {"connect-retry-same-socket": {"poll": "n/a", "uv": "n/a", "native": "works"},
                      "reset-idle-peer": {"poll": "reset", "uv": "end", "native": "reset"}}}}
        status, output, _ = harness.run("merge", self.file("outcomes.json", outcomes), "--format", "catalogue")
        self.assertEqual(status, 1)
        self.assertIn("- Linux, engines: reset by poll; end \\! by uv. The system's own calls: reset.\n", output)
        self.assertIn("refused+refused+works was expected, and works is what they do", output)
        self.assertIn("- Windows, not run: A reset, every time. (Wine's conformance test sock.c, test\\_tcp\\_reset)\n", output)

    def test_wrong_usage(self):
        report = self.file("old.json", sample_reports.linux())
        old = self.file("version1.json", {**sample_reports.linux(), "version": 1})
        for arguments in ([report], [report, self.path("none.json")], [report, report, report], [report, old],
                          ["--format", "json", report, report]):
            status, output, complaint = harness.run("diff", *arguments)
            self.assertEqual((status, output, len(complaint.splitlines())), (2, "", 1), arguments)


if __name__ == "__main__":
    harness.main()
