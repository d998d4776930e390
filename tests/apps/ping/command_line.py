"""What pier-ping makes of its command line: on every system, and without sending anything."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness

NAME = "pier-ping"


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class CommandLine(harness.TestCase):
    program = NAME

    def test_help(self):
        self.help_for_people()

    def test_mistypes(self):
        for words in ((), ("127.0.0.1", "-c", "0"), ("127.0.0.1", "-c", "many"), ("127.0.0.1", "-s", "65508"),
                      ("127.0.0.1", "-t", "256"), ("127.0.0.1", "-t", "0"), ("127.0.0.1", "-i", "-1"),
                      ("127.0.0.1", "-i", "nan"), ("127.0.0.1", "-4", "-6"), ("127.0.0.1", "-f", "-i", "1"),
                      ("127.0.0.1", "--no-such"), ("127.0.0.1", "--engine", "none"), ("127.0.0.1", "-W", "0"), ("127.0.0.1", "::1", "--trace"),
                      ("127.0.0.1", "--method", "icmp"), ("127.0.0.1", "--trace", "-c", "1"),
                      ("127.0.0.1", "--trace", "--method", "tcp")):
            with self.subTest(words=words):
                self.refused(*words)

    def test_sources_that_are_none(self):
        for text in ("nobody", "127.0.0.1:80"):
            self.assertIn(f'--source: "{text}": not an address', self.refused("127.0.0.1", "-I", text))
        self.assertIn("an address of the other family", self.refused("127.0.0.1", "-4", "-I", "::1"))

    def test_too_many_hosts(self):
        self.assertIn("at most 64 hosts", self.refused(*["127.0.0.1"] * 65))


if __name__ == "__main__":
    harness.main()
