"""pier-sockopt as its user sees it, and the table of docs/options.md beside what the program says."""

import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import settings

NAME = "pier-sockopt"
PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/options.md"
# Of every socket: its arguments, and what the page calls it.
SOCKETS = [(("--ipv6",) * v6 + ((flag,) if flag else ()), kind, bool(v6))
           for flag, kind in (("", "TCP"), ("--listener", "listener"), ("--udp", "UDP")) for v6 in (0, 1)]


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def system():
    return "Windows" if settings.wine or settings.windows else "Linux"


class Sockopt(harness.TestCase):
    def report(self, *arguments, status=0):
        got, output, complaint = harness.run("--json", *arguments)
        self.assertEqual(got, status, complaint)
        if status == 0:
            self.assertEqual(complaint, "")
        report = json.loads(output)
        self.assertEqual(report["program"], NAME)
        return {entry["name"]: entry for entry in report["options"]}

    def wrong(self, *arguments, status=2):
        got, output, complaint = harness.run(*arguments)
        self.assertEqual(got, status, output + complaint)
        self.assertEqual(complaint.count("\n"), 1, complaint)
        self.assertTrue(complaint.startswith(f"{NAME}: "), complaint)
        if status == 2:
            self.assertEqual(output, "")
        return complaint.removeprefix(f"{NAME}: ").rstrip("\r\n")

    def page(self):
        rows = {}
        for line in PAGE.read_text(encoding="utf-8").splitlines():
            cells = [cell.strip() for cell in re.split(r" ?\| ?", line)[1:-1]]
            if len(cells) == 8 and cells[0].startswith("`"):
                rows[cells[0].strip("`")] = cells
        return rows

    def test_the_page_says_what_the_program_says(self):
        seen = {}
        for arguments, kind, v6 in SOCKETS:
            for name, entry in self.report(*arguments).items():
                known = seen.setdefault(name, {"entry": entry, "native": [], "kinds": [], "families": set()})
                if entry["native"] and entry["native"] not in known["native"]:
                    known["native"].append(entry["native"])
                if kind not in known["kinds"]:
                    known["kinds"].append(kind)
                known["families"].add("IPv6" if v6 else "IPv4")
        page = self.page()
        self.assertEqual(set(page), set(seen))
        column = 1 if system() == "Linux" else 2
        for name, cells in page.items():
            known = seen[name]
            entry = known["entry"]
            sockets = ", ".join(known["kinds"])
            if len(known["families"]) == 1:
                sockets += f" of {known['families'].pop()}"
            native = ", ".join(f"`{each}`" for each in known["native"]) or "none"
            said = [cells[column], *cells[3:]]
            self.assertEqual(said, [native, entry["takes"] or "only read", entry["default"], sockets,
                                    entry["meaning"], entry["promise"]], name)
            self.assertEqual(entry["writable"], entry["takes"] is not None)

    def test_a_table(self):
        status, output, complaint = harness.run()
        self.assertEqual((status, complaint), (0, ""))
        lines = output.splitlines()
        self.assertEqual(lines[0], "a TCP socket of IPv4")
        self.assertRegex(lines[1], r"^  option +value +default +set +meaning$")
        self.assertRegex(output, r"(?m)^  no_delay +on +off; Pier's streams: on +yes +small segments")
        self.assertRegex(output, r"(?m)^  type +stream +as it was opened +no +stream or datagram")
        self.assertNotRegex(output, r"(?m)^  (broadcast|v6_only) ")

    def test_what_is_set_is_shown(self):
        entries = self.report("keep_alive=on", "time_to_live=7", "linger=3s", "out_of_band_inline=1")
        self.assertEqual({name: entry["value"] for name, entry in entries.items()},
                         {"keep_alive": True, "time_to_live": 7, "linger": 3, "out_of_band_inline": True})
        self.assertEqual(entries["linger"]["text"], "3 s")
        self.assertIsNone(self.report("linger=off")["linger"]["value"])
        self.assertEqual(self.report("receive_timeout=2s")["receive_timeout"]["value"], 2000)
        self.assertEqual(self.report("--udp", "broadcast=on")["broadcast"]["value"], True)

    def test_names_alone(self):
        entries = self.report("--listener", "accepting", "type")
        self.assertEqual([entry["value"] for entry in entries.values()], [True, "stream"])

    def test_unknown_names(self):
        self.assertEqual(self.wrong("keep_aliv=on"), 'there is no option "keep_aliv"; is it keep_alive?')
        self.assertEqual(self.wrong("SO_KEEPALIVE"), 'there is no option "SO_KEEPALIVE"; it is keep_alive')
        self.assertEqual(self.wrong("zzz"), 'there is no option "zzz"; without a name all are listed')
        self.assertEqual(self.wrong("=1"), 'there is no option ""; without a name all are listed')
        self.wrong("x" * 5000)

    def test_values_that_are_none(self):
        for word, takes in (("time_to_live=300", "1 to 255"), ("time_to_live=", "1 to 255"),
                            ("time_to_live=99999999999999999999", "1 to 255"), ("time_to_live=7x", "1 to 255"),
                            ("keep_alive=maybe", "on or off"), ("linger=-1", "off, or 0 to 32767 s"),
                            ("linger=40000s", "off, or 0 to 32767 s"), ("keep_alive_idle=0", "1 to 32767 s"),
                            ("receive_timeout=99999999999s", "0 to 2147483647 ms"),
                            ("bind_to_device=no-such-device", "the name or the number of an interface, or 0")):
            self.assertEqual(self.wrong(word), f"{word}: it takes {takes}")

    def test_what_can_not_be(self):
        self.assertEqual(self.wrong("type=stream"), "type is only read; the system sets it")
        self.assertEqual(self.wrong("broadcast=on"), "broadcast: a TCP socket of IPv4 has no such option")
        self.assertEqual(self.wrong("--udp", "no_delay"), "no_delay: a UDP socket of IPv4 has no such option")
        self.wrong("--udp", "--listener")
        if system() == "Windows":
            self.assertEqual(self.wrong("reuse_port=on", status=1),
                             "reuse_port: this system has no such option: not_supported on Windows, which spreads "
                             "nothing")
        else:
            self.assertRegex(self.wrong("--listener", "--ipv6", "v6_only=off", status=1),
                             r"^v6_only: invalid argument .*; before bind only")

    def test_an_output_that_is_closed(self):
        for output, opened in harness.unwritable_outputs():
            with self.subTest(output), opened() as stdout:
                status, complaint = harness.run_into(stdout)
                self.assertEqual(status, 1)
                self.assertTrue(complaint.startswith(f"{NAME}: "), complaint)


if __name__ == "__main__":
    harness.main()
