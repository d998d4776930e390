"""A server that is reached by its name, in two network namespaces of the test's own: what a client does where IPv6, IPv4 or
neither leads there."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness
import namespaces
from harness import settings
from named_hosts import FOUR, PORT, SIX, Network


def setUpModule():
    namespaces.require()


class ByName(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network())

    def ask(self, name, timeout=harness.PATIENCE):
        """Its status, stdout and stderr."""
        words = ["--engine", settings.engine, "--connect", f"{name}:{PORT}", "--message", "hello", "--timeout"]
        status, output, said = self.network.client.run(*settings.command, *words, str(timeout))
        return status, output.splitlines()[:1], said

    def test_both_families_lead_there(self):
        with self.network.listening():
            self.assertEqual(self.ask("both.test"), (0, ["hello"], ""))

    def test_one_family_leads_nowhere(self):
        """No answer comes from there at all. The system alone would try for two minutes."""
        with self.network.listening():
            for name in ("four.test", "six.test"):
                with self.subTest(name=name):
                    self.assertEqual(self.ask(name), (0, ["hello"], ""))

    def test_nobody_listens(self):
        status, _, complaint = self.ask("both.test")
        self.assertEqual(status, 1)
        self.assertRegex(complaint, rf"connecting to both\.test:{PORT}: \[{SIX}2\]:{PORT}: connection refused .*; "
                                    rf"{FOUR}2:{PORT}: connection refused ")

    def test_no_family_leads_there(self):
        status, _, complaint = self.ask("neither.test", 0.5)
        self.assertEqual(status, 1)
        self.assertIn(f"connecting to neither.test:{PORT}: [{SIX}3]:{PORT}: timed out", complaint)


if __name__ == "__main__":
    harness.main()
