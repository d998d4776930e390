"""pier-interfaces as its user sees it: its table, its JSON, its choice of interfaces, beside what `ip` says of the same."""

import ipaddress
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import as_ip_says
import harness
from harness import settings

NAME = "pier-interfaces"
HEADING = ["name", "index", "state", "kind", "mtu", "hardware", "addresses"]
MEMBERS = ["name", "system_name", "index", "hardware_address", "mtu", "up", "running", "loopback", "point_to_point",
           "broadcast", "multicast", "addresses"]
MEMBERS_OF_AN_ADDRESS = ["family", "address", "prefix_length", "zone", "broadcast", "peer", "state"]


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class TestCase(harness.TestCase):
    def listed(self, *arguments):
        report = json.loads(self.good("--json", *arguments))
        self.assertEqual(report["program"], NAME)
        return report["interfaces"]

    def loopback(self):
        return next(each for each in self.listed() if each["loopback"])


def known_by_wine(interface):
    """What Wine takes over from the system below it; the rest it makes up."""
    addresses = [(each["family"], each["address"], each["prefix_length"]) for each in interface["addresses"]]
    return {**{name: interface[name] for name in ("name", "index", "loopback")}, "addresses": sorted(addresses)}


class Listed(TestCase):
    def test_loopback(self):
        loopback = self.loopback()
        self.assertTrue(loopback["up"] and loopback["running"])
        self.assertIsNone(loopback["hardware_address"])
        four = next(each for each in loopback["addresses"] if each["address"] == "127.0.0.1")
        self.assertEqual(four, {"family": "ipv4", "address": "127.0.0.1", "prefix_length": 8, "zone": None,
                                "broadcast": None, "peer": None, "state": "usable"})

    def test_every_member_is_there(self):
        for interface in self.listed():
            self.assertEqual(list(interface), MEMBERS)
            self.assertGreater(interface["index"], 0)
            self.assertRegex(interface["hardware_address"] or "02", r"^[0-9a-f]{2}(:[0-9a-f]{2})*$")
            for address in interface["addresses"]:
                self.assertEqual(list(address), MEMBERS_OF_AN_ADDRESS)
                parsed = ipaddress.ip_address(address["address"])
                self.assertEqual(f"ipv{parsed.version}", address["family"])
                self.assertLessEqual(address["prefix_length"], parsed.max_prefixlen)
                self.assertEqual(address["zone"], interface["index"] if parsed.version == 6 and parsed.is_link_local
                                 else None)

    def test_what_ip_says(self):
        if settings.windows:
            self.skipTest("only Linux has ip")
        if not as_ip_says.is_there():
            self.skipTest("ip (iproute2) is not installed")
        for _ in range(20):  # others may change the machine's interfaces meanwhile
            before = as_ip_says.interfaces()
            listed = self.listed()
            if before == as_ip_says.interfaces():
                break
        else:
            self.skipTest("the interfaces of this machine never stay as they are")
        if settings.wine:
            before = [known_by_wine(each) for each in before]
            listed = [known_by_wine(each) for each in listed]
        self.assertEqual(listed, before)

    def test_the_table(self):
        name = self.loopback()["name"]
        heading, *lines = self.good(name).splitlines()
        self.assertEqual(heading.split(), HEADING)
        columns = [match.start() for match in re.finditer(r"\S+", heading)]
        values = [lines[0][begin:end].strip() for begin, end in zip(columns, [*columns[1:], None])]
        self.assertEqual(values[0], name)
        self.assertEqual(values[2:4] + values[5:], ["up", "loopback", "-", "127.0.0.1/8"])
        for line in lines[1:]:  # further addresses, each on a line of its own
            self.assertEqual(line[:columns[-1]].strip(), "")
            self.assertRegex(line[columns[-1]:], r"^\S+/\d+")

    def test_the_table_has_every_address(self):
        for _ in range(20):
            before = self.listed()
            output = self.good()
            if before == self.listed():
                break
        self.assertEqual([line for line in output.splitlines() if line.endswith(" ")], [])
        words = output.split()
        for interface in before:
            for address in interface["addresses"]:
                zone = "" if address["zone"] is None else f"%{address['zone']}"
                self.assertIn(f"{address['address']}{zone}/{address['prefix_length']}", words)


class Chosen(TestCase):
    def test_by_name(self):
        loopback = self.loopback()
        for name in (loopback["name"], loopback["system_name"]):
            self.assertEqual(self.listed(name), [loopback])
        self.assertEqual(self.listed(loopback["name"], loopback["name"]), [loopback])

    def test_by_family(self):
        for option, family in (("-4", "ipv4"), ("--ipv4", "ipv4"), ("-6", "ipv6")):
            status, output, _ = harness.run("--json", option)
            found = json.loads(output)["interfaces"]
            self.assertEqual(status, 0 if found else 1)
            for interface in found:
                self.assertEqual({each["family"] for each in interface["addresses"]}, {family})
        self.assertIn("127.0.0.1", [each["address"] for each in self.listed("-4", self.loopback()["name"])[0]["addresses"]])

    def test_what_is_up(self):
        self.assertTrue(all(each["up"] for each in self.listed("--up")))
        self.assertIn(self.loopback(), self.listed("--up"))

    def test_an_unknown_one(self):
        names = r"[^\n]*\b" + re.escape(self.loopback()["name"]) + r"\b[^\n]*"
        for unknown, shown in (("no such one", "no such one"), ("", ""), ("a\x1b[31mb", "a\\x1b[31mb")):
            status, output, complaint = harness.run(unknown)
            self.assertEqual((status, output), (1, ""))
            self.assertRegex(complaint, rf'^{NAME}: there is no interface "{re.escape(shown)}"; there are: {names}\n$')
        status, output, _ = harness.run("--json", "no such one")
        self.assertEqual((status, json.loads(output)["interfaces"]), (1, []))

    def test_the_others_are_shown(self):
        loopback = self.loopback()
        status, output, complaint = harness.run("--json", "no such one", loopback["name"], "nor this")
        self.assertEqual((status, json.loads(output)["interfaces"]), (1, [loopback]))
        self.assertEqual(len(complaint.splitlines()), 2)


class CommandLine(TestCase):
    def test_help(self):
        output = self.help_for_people()
        for option in ("--json", "--up", "--ipv4, -4", "--ipv6, -6"):
            self.assertIn(option, output)

    def test_wrong_usage(self):
        for arguments in (["--nonsense"], ["-4", "-6"], ["--json=maybe"], ["-x"]):
            with self.subTest(arguments=arguments):
                status, output, complaint = harness.run(*arguments)
                self.assertEqual((status, output), (2, ""))
                self.assertRegex(complaint, rf"^{NAME}: [^\n]+; see --help\n$")

    def test_an_output_that_nobody_reads(self):
        for arguments in ([], ["--json"], ["--help"]):
            for output, opened in harness.unwritable_outputs():
                with self.subTest(arguments=arguments, output=output), opened() as stdout:
                    status, complaint = harness.run_into(stdout, *arguments)
                    self.assertEqual((status, complaint), (1, f"{NAME}: the output can't be written\n"))


if __name__ == "__main__":
    harness.main()
