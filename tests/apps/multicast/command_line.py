"""What pier-multicast makes of its command line: on every system, and without sending anything."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness

NAME = "pier-multicast"
GROUP = "239.1.2.3:7000"


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class CommandLine(harness.TestCase):
    program = NAME

    def test_help(self):
        self.help_for_people()
        for command in ("receive", "send"):
            self.help_for_people(command)

    def test_no_command(self):
        self.assertEqual(self.refused(), "say receive or send; see --help")

    def test_groups_that_are_none(self):
        for text, sentence in (
                ("192.0.2.1:7000", "not a multicast address; those are 224.0.0.0/4 and ff00::/8"),
                ("[::1]:7000", "not a multicast address; those are 224.0.0.0/4 and ff00::/8"),
                ("239.1.2.3", "not a group of the form 239.1.2.3:7000 or [ff05::1234]:7000"),
                ("localhost:7000", "not a group of the form 239.1.2.3:7000 or [ff05::1234]:7000"),
                ("239.1.2.3:0", "port 0 is nobody's; the sender and the receivers share one"),
                ("[ff05::1%1]:7000", "only a link-local address has a zone"),
                ("\x1b[31m", "not a group of the form 239.1.2.3:7000 or [ff05::1234]:7000")):
            for command in ("receive", "send"):
                shown = text.replace("\x1b", r"\x1b")
                self.assertEqual(self.refused(command, text), f'"{shown}": {sentence}')

    def test_a_link_local_group_without_an_interface(self):
        self.assertEqual(self.refused("receive", "[ff02::1234]:7000"),
                         "[ff02::1234]:7000: a link-local group is another one on each interface; say which by --interface")

    def test_an_unknown_interface(self):
        for command in ("receive", "send"):
            self.assertRegex(self.refused(command, GROUP, "--interface", "no-such", status=1),
                             '^there is no interface "no-such"; there are: .')

    def test_sources_that_are_none(self):
        for text in ("239.1.2.3", "nobody", "0.0.0.0", "192.0.2.1:80"):
            self.assertEqual(self.refused("receive", GROUP, "--source", text),
                             f'--source: "{text}": not the address of a sender')
        self.assertEqual(self.refused("receive", GROUP, "--source", "2001:db8::1"),
                         '--source: "2001:db8::1": not of the same family as the group')

    def test_numbers_out_of_range(self):
        for option, value in (("--ttl", "256"), ("--ttl", "-1"), ("--ttl", "x"), ("--size", "19"), ("--size", "65508"),
                              ("--count", "0"), ("--interval", "-1")):
            self.assertIn(option, self.refused("send", GROUP, option, value))
        self.assertIn("--timeout", self.refused("receive", GROUP, "--timeout", "0"))
        self.assertIn("a number of seconds", self.refused("receive", GROUP, "--timeout", "nan"))

    def test_options_of_the_other_command(self):
        self.assertIn("--ttl", self.refused("receive", GROUP, "--ttl", "1"))
        self.assertIn("--source", self.refused("send", GROUP, "--source", "192.0.2.1"))


if __name__ == "__main__":
    harness.main()
