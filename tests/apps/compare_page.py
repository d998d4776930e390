"""The page of pier-compare in a browser, on a desk and on a telephone."""

import json
import os
import tempfile
import unittest

import browser
import harness
import sample_reports


class Page(browser.PageCase):
    @classmethod
    def setUpClass(cls):
        if browser.find() is None:
            raise unittest.SkipTest("there is no Chromium here; ci/setup installs it")
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        files = []
        for name, report in (("linux", sample_reports.linux()), ("wine-8", sample_reports.wine_8())):
            files.append(os.path.join(folder, name + ".json"))
            with open(files[-1], "w", encoding="utf-8") as file:
                json.dump(report, file)
        cls.path = os.path.join(folder, "compare.html")
        status, _, complaint = harness.run("merge", *files, "--format", "html", "--output", cls.path)
        assert (status, complaint) == (1, ""), complaint
        cls.page = cls.enterClassContext(browser.Browser())

    def rows(self):
        return self.all("#matrix tbody th.name", "dataset.id")

    def heads(self):
        return self.all("#matrix thead tr + tr th")

    def opened(self):
        return self.page.evaluate("document.getElementById('details').open "
                                  "? document.getElementById('details').innerText : null")

    def set(self, field, value):
        self.page.evaluate(f"""(() => {{
            const field = document.getElementById('{field}');
            field.value = {json.dumps(value)};
            field.dispatchEvent(new Event('input', {{bubbles: true}}));
        }})()""")

    def test_matrix(self):
        self.assertEqual(sorted(self.rows()), sorted(sample_reports.TEXTS))
        self.assertEqual(self.heads(), sample_reports.ENGINES["linux"] + sample_reports.ENGINES["wine-8"])
        self.assertEqual(self.all("#matrix th.group"), ["stream data", "reset and abort", "options and names"])
        self.assertEqual(len(self.all("#matrix td")), 6 * 8)
        self.assertEqual(self.all("#matrix td.broken"), ["corrupt! (outside of the contract)"])
        self.assertEqual(len(self.all("#matrix td.known")), 3)
        self.assertEqual(len(self.all("#absent li")), 2)
        self.assert_fits()

    def test_head_and_first_column_stay(self):
        places = """(() => {
            const box = document.getElementById('matrix');
            const place = selector => box.querySelector(selector).getBoundingClientRect();
            return [place('thead tr + tr th').y, place('tbody th.name').x];
        })()"""
        self.page.evaluate("document.getElementById('matrix').style.maxHeight = '150px'")
        before = self.page.evaluate(places)
        self.page.evaluate("document.getElementById('matrix').scrollTo(60, 60)")
        self.assertGreater(self.page.evaluate("document.getElementById('matrix').scrollTop"), 0)
        for was, now in zip(before, self.page.evaluate(places)):
            self.assertAlmostEqual(was, now, delta=2)

    def test_filter_by_text(self):
        self.set("text", "ReSeT twice")
        self.assertEqual(self.rows(), ["reset-twice"])
        self.set("text", "no such thing")
        self.assertEqual(self.rows(), [])
        self.assertIn("0 of 6", self.all("#count")[0])
        self.page.click("#all")
        self.assertEqual(len(self.rows()), 6)

    def test_filter_by_group(self):
        self.set("group", "1")
        self.assertEqual(self.rows(), ["reset-repeatable", "reset-twice"])

    def test_filter_by_system(self):
        self.page.click("#systems input[value=wine-8]")
        self.assertEqual(self.heads(), sample_reports.ENGINES["linux"])
        self.page.click("#differences")
        self.assertEqual(self.rows(), ["send-size", "reset-twice"])

    def test_filter_by_engine(self):
        self.page.click("#engines input[value=native]")
        self.page.click("#engines input[value=uv]")
        self.assertEqual(self.heads(), ["poll", "blocking", "wsa-select", "blocking"])

    def test_only_differences(self):
        self.page.click("#differences")
        self.assertEqual(self.rows(), ["send-size", "reset-repeatable", "reset-twice", "backlog"])

    def test_a_click_opens_the_details(self):
        self.assertIsNone(self.opened())
        self.page.click("td[data-id=reset-repeatable][data-column='5']")
        text = self.opened()
        for said in ("reset-repeatable", "A receive after a reset reports it.", "Connect two ends.", "linux: reset",
                     "wine-8: end", "RFC 9293, 3.5.3", "Wine 8 shows a reset", "connection reset", "wsa-select",
                     sample_reports.HOSTILE.replace("\x1b", "")):
            self.assertIn(said, text.replace("\x1b", ""))
        self.assertTrue(self.all("#details .chosen")[0].startswith("wine-8wsa-select"))
        self.assertEqual(self.all("#details a", "href"), ["https://example.org/reset?a=1&b=2"])
        self.assert_fits()
        self.page.click("#close")
        self.assertIsNone(self.opened())
        self.page.click("th[data-id=backlog]")
        self.assertIn("The system decides what it does with it.", self.opened())
        self.page.press("Escape")
        self.assertIsNone(self.opened())

    def test_keys_open_the_details(self):
        self.page.evaluate("document.querySelector('#matrix [tabindex=\"0\"]').focus()")
        for key in ("ArrowDown", "ArrowRight", "Enter"):
            self.page.press(key)
        self.assertIn("send-size", self.opened())
        self.page.press("Escape")
        self.assertEqual(self.page.evaluate("document.activeElement.dataset.id"), "send-size")

    def test_texts_stay_text(self):
        self.assertEqual(self.all("img, iframe, object, script[src]"), [])

    def test_light_and_dark(self):
        shades = []
        for scheme in ("light", "dark"):
            self.page.prefer(scheme)
            shades.append(self.page.evaluate("getComputedStyle(document.body).backgroundColor"))
        self.assertEqual(shades, ["rgb(255, 255, 255)", "rgb(15, 19, 24)"])


class Telephone(Page):
    width = 390

    def test_first_column_leaves_room(self):
        name, box = self.page.evaluate("[document.querySelector('#matrix th.name').offsetWidth, "
                                       "document.getElementById('matrix').clientWidth]")
        self.assertLess(name, box / 2)


if __name__ == "__main__":
    harness.main()
