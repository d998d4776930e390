"""pier-nc to a host's name of which IPv6, IPv4 or neither leads there, in network namespaces of the test's own. The system
alone would try an address that answers nothing for two minutes, and each run may take half of that."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "network"))

import harness
import namespaces
from harness import settings
from named_hosts import FOUR, PORT, SIX, Network


def setUpModule():
    namespaces.require()


class ToNames(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network())

    def run_nc(self, *words, text=""):
        """Its status, stdout, and the lines of stderr."""
        status, output, said = self.network.client.run(*settings.command, "--engine", settings.engine, *words, text=text)
        return status, output, said.splitlines()


class Talk(ToNames):
    def setUp(self):
        if settings.one_at_a_time():
            self.skipTest("an engine that blocks only scans")

    def check(self, winner, *words):
        """Some text goes there and back; the lines before say what else was tried."""
        status, output, said = self.run_nc("-Nv", *words, PORT, text="hello\n")
        self.assertEqual((status, output), (0, "hello\n"), said)
        self.assertTrue(said[-1].startswith(f"pier-nc: connected to {winner}:{PORT} from "), said)
        return said[:-1], said[-1].rpartition(" from ")[2]

    def test_both_families_lead_there(self):
        with self.network.listening():
            self.assertEqual(self.check(f"[{SIX}2]", "both.test")[0], [])

    def test_one_family_leads_nowhere(self):
        """What was given up for the winner is no failure, and is not told."""
        with self.network.listening():
            self.assertEqual(self.check(f"{FOUR}2", "four.test")[0], [])
            self.assertEqual(self.check(f"[{SIX}2]", "six.test")[0], [])

    def test_one_family_alone_is_asked_for(self):
        with self.network.listening():
            self.check(f"{FOUR}2", "-4", "both.test")
            self.check(f"[{SIX}2]", "-6", "both.test")
            status, _, said = self.run_nc("-6", "-w", "0.3", "four.test", PORT)
            self.assertEqual((status, len(said)), (1, 1), said)
            self.assertIn(f"connecting to [{SIX}3]:{PORT}: timed out", said[0])

    def test_a_source(self):
        """One of IPv4 leaves IPv6 out."""
        with self.network.listening():
            said, source = self.check(f"{FOUR}2", "-s", f"{FOUR}1", "both.test")
            self.assertEqual(source.rpartition(":")[0], f"{FOUR}1")
            self.assertEqual(len(said), 1, said)
            self.assertIn(f"connecting to [{SIX}2]:{PORT}: address family not supported", said[0])

    def test_a_source_port(self):
        with self.network.listening():
            self.assertEqual(self.check(f"{FOUR}2", "-p", "4001", "four.test"), ([], f"{FOUR}1:4001"))
            self.assertEqual(self.check(f"[{SIX}2]", "-p", "4002", "six.test"), ([], f"[{SIX}1]:4002"))

    def test_each_address_has_the_time(self):
        """Also when that is shorter than what one has before the next one starts."""
        for seconds in ("0.1", "0.6"):
            status, _, said = self.run_nc("-w", seconds, "neither.test", PORT)
            self.assertEqual((status, len(said)), (1, 1), said)
            self.assertRegex(said[0], rf"^pier-nc: connecting to neither\.test:{PORT}: "
                                      rf"\[{SIX}3\]:{PORT}: timed out.*; {FOUR}3:{PORT}: timed out")

    def test_nobody_listens(self):
        refused = [rf"\[{SIX}2\]:{PORT}: connection refused", rf"{FOUR}2:{PORT}: connection refused"]
        status, _, said = self.run_nc("both.test", PORT)
        self.assertEqual((status, len(said)), (1, 1), said)
        self.assertRegex(said[0], rf"^pier-nc: connecting to both\.test:{PORT}: {refused[0]}.*; {refused[1]}")
        status, _, said = self.run_nc("-v", "both.test", PORT)
        self.assertEqual((status, len(said)), (1, 2), said)
        for line, pattern in zip(said, refused):
            self.assertRegex(line, rf"^pier-nc: connecting to {pattern}")


class Scan(ToNames):
    def test_an_open_port(self):
        with self.network.listening():
            for name, winner in (("both.test", f"[{SIX}2]"), ("four.test", f"{FOUR}2"), ("six.test", f"[{SIX}2]")):
                with self.subTest(name=name):
                    status, output, said = self.run_nc("-zv", name, PORT)
                    self.assertEqual((status, output), (0, ""), said)
                    self.assertEqual(said[-1], f"pier-nc: {winner}:{PORT}: open")

    def test_ports_in_order(self):
        with self.network.listening():
            status, _, said = self.run_nc("-zv", "-4", "four.test", "6999-7001")
            self.assertEqual(status, 0)
            self.assertEqual([line.split(" ")[1] for line in said], [f"{FOUR}2:{port}:" for port in range(6999, 7002)])

    def test_nothing_answers(self):
        status, output, said = self.run_nc("-zv", "-w", "0.3", "neither.test", PORT)
        self.assertEqual((status, output), (1, ""))
        for line, address in zip(said, (f"[{SIX}3]", f"{FOUR}3"), strict=True):
            self.assertTrue(line.startswith(f"pier-nc: {address}:{PORT}: timed out"), line)


if __name__ == "__main__":
    harness.main()
