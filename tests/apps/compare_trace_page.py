"""The page of pier-compare trace in a browser, on a desk and on a telephone."""

import json
import os
import tempfile
import unittest

import browser
import harness

HOSTILE = "<script>alert(1)</script>\"&'\x1b"


class Page(browser.PageCase):
    @classmethod
    def setUpClass(cls):
        if browser.find() is None:
            raise unittest.SkipTest("there is no Chromium here; ci/setup installs it")
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        status, output, complaint = harness.run("trace", "echo", "--format", "json", "--system", "linux")
        assert (status, complaint) == (0, ""), complaint
        cls.trace = json.loads(output)
        other = json.loads(output) | {"absent": [{"system": HOSTILE, "engine": HOSTILE, "reason": HOSTILE}]}
        other["lanes"][0] |= {"engine": HOSTILE, "system": HOSTILE, "detail": HOSTILE}
        other["lanes"][0]["steps"][0] |= {"socket": HOSTILE, "operation": HOSTILE, "what": HOSTILE, "detail": HOSTILE}
        files = []
        for name, content in (("one", cls.trace), ("other", other)):
            files.append(os.path.join(folder, name + ".json"))
            with open(files[-1], "w", encoding="utf-8") as file:
                json.dump(content, file)
        cls.path = os.path.join(folder, "trace.html")
        status, _, complaint = harness.run("trace", "--merge", *files, "--format", "html", "--output", cls.path)
        assert (status, complaint) == (0, ""), complaint
        cls.lanes = [lane["engine"] for lane in cls.trace["lanes"] + other["lanes"]]
        cls.page = cls.enterClassContext(browser.Browser())

    def test_every_lane_is_there(self):
        engines = self.all("#lanes section h2", "firstChild.data.trim()")
        self.assertEqual([engine.replace("\ufffd", "\x1b") for engine in engines], self.lanes)
        for index, lane in enumerate(self.trace["lanes"], 1):
            shown = self.all(f"#lanes section:nth-of-type({index}) li b")
            self.assertEqual(shown, [step["what"] for step in lane["steps"]])

    def test_it_fits(self):
        self.assert_fits()
        # A lane is never wider than what is to be seen at once, and none of its steps sticks out.
        self.assertLessEqual(max(self.all("#lanes section", "offsetWidth")), self.width)
        self.assertFalse(any(self.all("#lanes li", "scrollWidth > each.offsetWidth")))

    def test_the_legend_explains_each_step(self):
        self.assertEqual(self.page.evaluate("document.getElementById('legend').open"), False)
        self.page.click("#legend summary")
        self.assertEqual(self.page.evaluate("document.getElementById('legend').open"), True)
        explained = self.all("#legend dt")
        for lane in self.trace["lanes"]:
            self.assertLessEqual({step["what"] for step in lane["steps"]}, set(explained))
        self.assertTrue(all(text.endswith(".") for text in self.all("#legend dd")))

    def test_times_are_shown_when_asked_for(self):
        seen = "getComputedStyle(document.querySelector('#lanes time')).display"
        self.assertEqual(self.page.evaluate(seen), "none")
        self.page.click("#times")
        self.assertEqual(self.page.evaluate(seen), "block")

    def test_light_and_dark(self):
        colours = []
        for scheme in ("light", "dark"):
            self.page.prefer(scheme)
            colours.append(self.page.evaluate("getComputedStyle(document.body).backgroundColor"))
        self.page.prefer("light")
        self.assertEqual(colours, ["rgb(255, 255, 255)", "rgb(15, 19, 24)"])

    def test_what_files_say_is_text(self):
        self.assertEqual(self.all("main script"), [])
        self.assertIn("<script>alert(1)</script>", self.all("#absent li")[0])


class Telephone(Page):
    width = 390


if __name__ == "__main__":
    harness.main()
