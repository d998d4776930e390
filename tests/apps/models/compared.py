"""pier-compare --models: it starts servers of every model, and shows what their clients see."""

import json
import os
import subprocess
import tempfile
import unittest

from seen import harness, lives, on_linux  # which puts it into Python's path

MODELS = ["event", "iterative", "thread", "pool", "process", "prefork"]
ROWS = ["model-echo", "model-200-at-once", "model-silent-client", "model-bound", "model-half-close", "model-reset",
        "model-crash", "model-stop", "model-second-request"]
SECONDS = 900  # under Wine 54 servers are started one after the other, and 200 processes for one of the cells


class Models(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(harness.wine_kept_up())
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.path = os.path.join(folder, "models.json")
        status, text, complaint = harness.run("--models", "--system", "here", "--format", "json", seconds=SECONDS)
        assert text, (status, complaint)
        with open(cls.path, "w", encoding="utf-8") as file:
            file.write(text)
        cls.report = json.loads(text)
        outside = [(row["id"], cell) for row in cls.report["behaviours"] for cell in row["outcomes"]
                   if not cell["in_contract"]]
        assert (status, complaint, outside) == (0, "", []), (status, complaint, outside)
        cls.cells = {row["id"]: {cell["engine"]: cell for cell in row["outcomes"]} for row in cls.report["behaviours"]}
        if harness.settings.wine:
            cls.path = os.path.relpath(cls.path)

    def outcomes(self, row):
        return {model: cell["outcome"] for model, cell in self.cells[row].items()}

    def merged(self, *words):
        status, output, complaint = harness.run("merge", self.path, *words)
        self.assertEqual((status, complaint), (0, ""))
        return output

    def test_every_model_is_a_column_and_every_row_has_its_cell(self):
        self.assertEqual(self.report["columns"], "models")
        self.assertEqual(self.report["systems"], [{"name": "here", "engines": MODELS, "absent": []}])
        self.assertEqual([row["id"] for row in self.report["behaviours"]], ROWS)
        for row in ROWS:
            self.assertEqual(list(self.cells[row]), MODELS, row)

    def test_every_outcome_is_in_the_contract(self):
        for row, cells in self.cells.items():
            for model, cell in cells.items():
                self.assertTrue(cell["in_contract"], (row, model, cell))

    def test_what_is_the_same_everywhere(self):
        for row, outcome in (("model-echo", "works"), ("model-200-at-once", "served"), ("model-half-close", "works"),
                             ("model-reset", "served"), ("model-stop", "drains"), ("model-second-request", "ends")):
            self.assertEqual(self.outcomes(row), dict.fromkeys(MODELS, outcome), row)

    def test_who_is_served_beside_a_silent_client(self):
        self.assertEqual(self.outcomes("model-silent-client"),
                         dict.fromkeys(MODELS, "served") | {"iterative": "waits"})
        self.assertEqual(self.outcomes("model-bound"), dict.fromkeys(MODELS, "waits") | {"iterative": "n/a"})

    def test_a_crash_is_asked_about_where_there_are_processes(self):
        expected = dict.fromkeys(MODELS, "n/a") | dict.fromkeys(["process", "prefork"], "its-connection")
        self.assertEqual(self.outcomes("model-crash"), expected)
        self.assertIn("one process", self.cells["model-crash"]["thread"]["detail"])

    def test_as_a_table_and_as_pages(self):
        table = self.merged()
        self.assertIn("* the models differ", table)
        self.assertEqual([word for word in table.splitlines()[1].split() if word in MODELS], MODELS)
        self.assertIn("* model-silent-client", table)
        self.assertIn("What the models do", self.merged("--format", "markdown"))
        page = self.merged("--format", "html")
        self.assertIn('"of":"models"', page)
        self.assertIn('"id":"model-crash"', page)

    def test_its_server_ends_with_it(self):
        """In whatever way it ends, also in one that it can't see."""
        if not on_linux():
            self.skipTest("the processes are not the test's to see")
        with harness.start("--models", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as compare:
            found = []

            def serves():
                with open(f"/proc/{compare.pid}/task/{compare.pid}/children", encoding="ascii") as children:
                    found[:] = [int(word) for word in children.read().split()]
                return found
            harness.wait_for(serves, "a server", 30)
            compare.kill()
        harness.wait_for(lambda: not lives(found[0]), "the end of the server", 30)

    def test_models_and_engines_are_not_merged(self):
        engines = {"format": "pier-compare", "version": 2, "systems": [], "behaviours": []}
        path = self.path + ".engines"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(engines, file)
        status, _, complaint = harness.run("merge", self.path, path)
        self.assertEqual(status, 2)
        self.assertIn("its columns are engines, and those of the first one are models", complaint)

    def test_options_that_do_not_go_together(self):
        for words, sentence in ((["--engine", "blocking"], "--engine: not with --models"),
                                (["--behaviour", "echo-1B"], "--behaviour: not with --models"),
                                (["--format", "words"], "formats table, json, markdown and html")):
            status, _, complaint = harness.run("--models", *words)
            self.assertEqual(status, 2)
            self.assertIn(sentence, complaint)
        status, _, complaint = harness.run("--models", "merge", self.path)
        self.assertEqual(status, 2)
        self.assertIn("--models: merge runs nothing", complaint)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    harness.main()
