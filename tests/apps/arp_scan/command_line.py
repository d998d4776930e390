"""What pier-arp-scan makes of its command line: on every system, and without sending anything."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness

NAME = "pier-arp-scan"
NO_INTERFACE = "no-such-interface"  # every run names it: nothing may be sent by an interface of this machine


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class CommandLine(harness.TestCase):
    program = NAME

    def refused(self, *arguments, status=2):
        return super().refused("--interface", NO_INTERFACE, *arguments, status=status)

    def test_help(self):
        self.help_for_people()

    def test_mistypes(self):
        for words in (("host",), ("192.0.2.0/33",), ("2001:db8::/64",), ("192.0.2.9-1",), ("-r", "0"), ("-t", "0"),
                      ("-t", "nan"), ("-b", "0.5"), ("-i", "-1"), ("-i", "1", "-B", "1M"), ("--rate", "0"),
                      ("--rate", "5", "-i", "1"), ("-B", "0"), ("-B", "fast"), ("-s", "192.0.2.0/24"), ("-s", "host"),
                      ("-s", "192.0.2.1", "--probe"), ("--json", "--plain"), ("--every", "5"), ("--no-such",),
                      ("--engine", "none"), ("--vendors", "/no/such/file")):
            with self.subTest(words=words):
                self.refused(*words)

    def test_an_interface_that_there_is_not(self):
        self.assertIn(f'there is no interface "{NO_INTERFACE}"; there are: ', self.refused("192.0.2.1", status=1))


if __name__ == "__main__":
    harness.main()
