"""The page of pier-compare in a browser, on a desk and on a telephone."""

import json
import os
import tempfile
import unittest

import browser
import harness
import sample_reports


# Of the sample, what differs: between engines, or in connect-unspecified between the systems' own calls.
DIFFERENT = ["send-size", "reset-idle-peer", "reset-twice", "connect-unspecified", "backlog"]


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

    def show_all(self):
        self.page.click("#all")

    def choose(self, *values):
        """A click each on a box of the systems and engines, which are folded away at first."""
        self.page.click("#choice summary")
        for value in values:
            self.page.click(value)

    def test_at_first_sight(self):
        # Where all engines of all systems agree, and their own calls do, too, there is nothing to see.
        self.assertEqual(self.rows(), DIFFERENT)
        self.assertEqual(self.all("#matrix .why"),
                         ["engines differ"] * 3 + ["systems differ, engines agree", "engines differ"])
        self.assertIn("5 of 6 behaviours, 8 of 8 columns", self.all("#count")[0])
        about = self.all("#about")[0]
        self.assertEqual(about.count(". ") + 1, 2, about)
        self.assertIn("native", about)
        self.assert_fits()

    def test_equal_columns_are_folded(self):
        # No two say the same of everything, but for one kind of row some do.
        self.assertEqual(len(self.heads()), 8)
        self.set("text", "connect-unspecified")
        self.assertEqual(self.heads(), ["native", "3 enginespoll, uv, blocking",
                                        "native", "3 engineswsa-select, uv, blocking"])
        self.assertEqual(len(self.all("#matrix td")), 4)
        self.assertIn("8 of 8 columns, folded into 4", self.all("#count")[0])
        self.page.click("td[data-id=connect-unspecified][data-column='1']")
        self.assertIn("blocking", self.opened())
        self.page.press("Escape")
        self.page.click("#fold")
        self.assertEqual(len(self.heads()), 8)

    def test_engines_that_break_the_contract_are_not_folded_with_those_that_keep_it(self):
        self.set("text", "reset-idle-peer")
        self.assertEqual(self.heads(), ["native", "3 enginespoll, uv, blocking",
                                        "native", "3 engineswsa-select, uv, blocking"])
        self.assertEqual(self.all("#matrix td.known"), ["end~ (a known deviation of that system)"])

    def test_meaning_is_said_by_word_shape_and_colour(self):
        self.show_all()
        looks = self.page.evaluate("""(() => {
            const found = {};
            for (const word of document.querySelectorAll('#matrix .word')) {
                const style = getComputedStyle(word);
                const shape = getComputedStyle(word, '::before').content;
                found[word.textContent] = [shape, style.color, style.backgroundColor];
            }
            return found;
        })()""")
        self.assertLessEqual({"works", "reset", "end", "part", "unavailable", "corrupt"}, looks.keys())
        kinds = [looks[word] for word in ("works", "reset", "end", "unavailable")]
        for i in range(3):  # a shape, a colour and what is behind it: none is another one's
            self.assertEqual(len({kind[i] for kind in kinds}), 4, kinds)
        self.assertEqual(looks["reset"], looks["corrupt"])
        self.assertEqual(looks["part"][0], "none")  # a word that has no meaning here has neither
        self.assertEqual(len(self.all("#meanings li")), 6)

    def test_the_whole_matrix_is_a_click_away(self):
        self.assertEqual(self.all("#first", "hidden"), [True])
        self.set("text", "echo")
        self.show_all()
        self.assertEqual(len(self.rows()), 6)
        self.assertEqual(self.all("#all", "hidden"), [True])
        self.assertEqual(self.all("#first", "hidden"), [False])
        self.page.click("#first")
        self.assertEqual(len(self.rows()), 5)

    def test_matrix(self):
        self.show_all()
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
        self.show_all()
        self.page.evaluate("document.getElementById('matrix').style.maxHeight = '150px'")
        before = self.page.evaluate(places)
        self.page.evaluate("document.getElementById('matrix').scrollTo(60, 60)")
        self.assertGreater(self.page.evaluate("document.getElementById('matrix').scrollTop"), 0)
        for was, now in zip(before, self.page.evaluate(places)):
            self.assertAlmostEqual(was, now, delta=2)

    def test_filter_by_text(self):
        self.show_all()
        self.set("text", "ReSeT twice")
        self.assertEqual(self.rows(), ["reset-twice"])
        self.set("text", "no such thing")
        self.assertEqual(self.rows(), [])
        self.assertIn("0 of 6", self.all("#count")[0])
        self.show_all()
        self.assertEqual(len(self.rows()), 6)

    def test_filter_by_group(self):
        self.set("group", "1")
        self.assertEqual(self.rows(), ["reset-idle-peer", "reset-twice"])

    def test_filter_by_system(self):
        self.show_all()
        self.choose("#systems input[value=wine-8]")
        self.assertEqual(self.heads(), sample_reports.ENGINES["linux"])
        self.page.click("#differences")
        self.assertEqual(self.rows(), ["send-size", "reset-twice"])

    def test_filter_by_engine(self):
        self.show_all()
        self.choose("#engines input[value=native]", "#engines input[value=uv]")
        self.assertEqual(self.heads(), ["poll", "blocking", "wsa-select", "blocking"])

    def test_only_differences(self):
        self.show_all()
        self.page.click("#differences")
        self.assertEqual(self.rows(), DIFFERENT)
        # Without the systems' own calls, those in which engines differ are left.
        self.choose("#engines input[value=native]")
        self.assertEqual(self.rows(), ["send-size", "reset-idle-peer", "reset-twice", "backlog"])

    def test_a_click_opens_the_details(self):
        self.assertIsNone(self.opened())
        self.page.click("td[data-id=reset-idle-peer][data-column='5']")
        text = self.opened()
        for said in ("reset-idle-peer", "A receive after a reset reports it.", "Connect two ends.", "linux: reset",
                     "wine-8: end", "RFC 9293, 3.5.3", "Wine 8 reports a reset", "connection reset", "wsa-select",
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
        self.show_all()
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

    def test_the_table_begins_on_the_first_screen(self):
        place = self.page.evaluate("document.getElementById('matrix').getBoundingClientRect().y")
        self.assertLess(place, 844)

    def test_first_column_leaves_room(self):
        name, box = self.page.evaluate("[document.querySelector('#matrix th.name').offsetWidth, "
                                       "document.getElementById('matrix').clientWidth]")
        self.assertLess(name, box / 2)


if __name__ == "__main__":
    harness.main()
