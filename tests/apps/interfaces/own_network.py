"""pier-interfaces in a network of its own: a namespace with a pair of veth in it, which this script makes and which goes with
it. What is there then is known, and beside it `ip` says the same.
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "network"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import as_ip_says
import harness
import namespaces
from harness import settings
from namespaces import Namespace, has_ipv6

NAME = "pier-interfaces"
MANY = 300  # addresses of each family: several of the kernel's datagrams
HARDWARE = "02:00:5e:10:00:01"


def setUpModule():
    namespaces.require()


class OwnNetwork(harness.TestCase):
    def setUp(self):
        self.network = self.enterContext(Namespace(loopback=False))
        with contextlib.suppress(AssertionError):
            self.network.ip("link add pier0 type veth peer name pier1")
            return
        self.skipTest("this kernel makes no veth")

    def run_in_it(self, *arguments):
        return self.network.run(*settings.command, *arguments)

    def listed(self, *arguments):
        """By name, after it was compared with what ip says."""
        status, output, complaint = self.run_in_it("--json", *arguments)
        self.assertEqual((status, complaint), (0, ""))
        interfaces = json.loads(output)["interfaces"]
        if not arguments:
            self.assertEqual(interfaces, as_ip_says.interfaces(self.network.before))
        return {each["name"]: each for each in interfaces}

    def addresses(self, name):
        return {each["address"]: each for each in self.listed()[name]["addresses"]}

    def test_a_network_that_nobody_has_set_up(self):
        listed = self.listed()
        self.assertEqual(set(listed) >= {"lo", "pier0", "pier1"}, True)
        for each in listed.values():
            self.assertEqual((each["up"], each["running"], each["addresses"]), (False, False, []))
        status, output, complaint = self.run_in_it("--up")
        self.assertEqual((status, output, complaint), (1, "", f"{NAME}: no interface is there as it was asked for\n"))

    def test_states(self):
        self.network.ip("link set lo up", f"link set pier0 mtu 1400 address {HARDWARE} up")
        listed = self.listed()
        self.assertEqual((listed["pier0"]["mtu"], listed["pier0"]["hardware_address"]), (1400, HARDWARE))
        self.assertTrue(listed["pier0"]["broadcast"] and listed["pier0"]["multicast"])
        # The other end is down, so there is no link.
        self.assertEqual((listed["pier0"]["up"], listed["pier0"]["running"]), (True, False))
        self.assertEqual((listed["pier1"]["up"], listed["pier1"]["running"]), (False, False))
        _, table, _ = self.run_in_it()
        self.assertRegex(table, rf"(?m)^pier0 +\d+ +no link +broadcast +1400 +{HARDWARE} +-$")
        self.assertRegex(table, r"(?m)^pier1 +\d+ +down +broadcast ")
        self.network.ip("link set pier1 up")
        # The kernel looks at links in the background.
        harness.wait_for(lambda: self.listed_quickly("pier0")["running"], "a link")
        self.assertNotIn("lo", self.listed("--up", "pier0", "pier1"))

    def listed_quickly(self, name):
        return json.loads(self.run_in_it("--json", name)[1])["interfaces"][0]

    def test_addresses_of_ipv4(self):
        self.network.ip("address add 192.0.2.1/24 broadcast + dev pier0", "address add 192.0.2.2/24 dev pier0",
                        "address add 198.51.100.1/24 broadcast 198.51.100.127 dev pier0",
                        "address add 10.9.8.1 peer 10.9.8.2/32 dev pier0", "address add 10.9.8.5/31 dev pier0")
        addresses = self.addresses("pier0")
        self.assertEqual(list(addresses), ["192.0.2.1", "198.51.100.1", "10.9.8.1", "10.9.8.5", "192.0.2.2"])
        self.assertEqual(addresses["192.0.2.1"]["broadcast"], "192.0.2.255")
        self.assertEqual(addresses["198.51.100.1"]["broadcast"], "198.51.100.127")
        self.assertEqual((addresses["10.9.8.1"]["peer"], addresses["10.9.8.1"]["prefix_length"]), ("10.9.8.2", 32))
        self.assertIsNone(addresses["10.9.8.5"]["broadcast"])
        self.assertRegex(self.run_in_it("pier0")[1], r"(?m) 10\.9\.8\.1/32 peer 10\.9\.8\.2$")

    @unittest.skipUnless(has_ipv6(), "this system has no IPv6")
    def test_addresses_of_ipv6(self):
        self.network.ip("link set pier0 addrgenmode none", "link set pier0 up",
                        "address add fe80::1234/64 dev pier0 nodad", "address add 2001:db8::1/48 dev pier0 nodad",
                        "address add 2001:db8::2/64 dev pier0 nodad preferred_lft 0",
                        "address add 2001:db8::3 peer 2001:db8::4/128 dev pier0 nodad",
                        "address add 2001:db8::5/64 dev pier0", "address add 192.0.2.1/24 dev pier0")
        index = self.listed()["pier0"]["index"]
        addresses = self.addresses("pier0")
        self.assertEqual(next(iter(addresses)), "192.0.2.1")
        self.assertEqual({address: each["zone"] for address, each in addresses.items() if each["zone"]},
                         {"fe80::1234": index})
        self.assertEqual(addresses["2001:db8::1"]["prefix_length"], 48)
        self.assertEqual(addresses["2001:db8::3"]["peer"], "2001:db8::4")
        # Nobody can be asked for the last one, since there is no link.
        self.assertEqual({address: each["state"] for address, each in addresses.items() if each["state"] != "usable"},
                         {"2001:db8::2": "deprecated", "2001:db8::5": "tentative"})
        _, table, _ = self.run_in_it("-6")
        self.assertRegex(table, rf"(?m) fe80::1234%{index}/64$")
        self.assertRegex(table, r"(?m) 2001:db8::5/64 tentative$")
        self.assertNotIn("192.0.2.1", table)

    def test_more_addresses_than_fit_into_one_answer(self):
        lines = [f"address add 10.{i >> 8}.{i & 255}.1/32 dev pier1" for i in range(MANY)]
        if has_ipv6():
            lines += [f"address add 2001:db8::{i:x}/128 dev pier1 nodad" for i in range(1, MANY + 1)]
        self.network.ip(*lines)
        self.assertEqual(len(self.listed()["pier1"]["addresses"]), len(lines))

    def test_many_interfaces(self):
        self.network.ip(*(f"link add many{i} type veth peer name more{i}" for i in range(50)))
        self.assertGreaterEqual(len(self.listed()), 102)

    def test_interfaces_that_come_and_go(self):
        """While others change the list, each answer is one that is whole: what was there all the time is in it, once."""
        self.network.ip(*(f"address add 10.0.{i}.1/24 dev pier0" for i in range(50)))
        lines = [line for _ in range(30) for line in ("link add fleeting type veth peer name fleeting2",
                                                       "address add 10.1.0.1/24 dev fleeting", "link delete fleeting")]
        with subprocess.Popen([*self.network.before, "ip", "-batch", "-"], stdin=subprocess.PIPE) as changing:
            changing.stdin.write(("\n".join(lines) + "\n").encode())
            changing.stdin.close()
            asked = 0
            while asked < 200 and changing.poll() is None:
                asked += 1
                status, output, complaint = self.run_in_it("--json")
                self.assertEqual((status, complaint), (0, ""))
                names = [each["name"] for each in json.loads(output)["interfaces"]]
                self.assertEqual(len(names), len(set(names)))
                self.assertEqual([name for name in names if name.startswith("pier")], sorted(("pier0", "pier1"),
                                 key=names.index))
                pier0 = next(each for each in json.loads(output)["interfaces"] if each["name"] == "pier0")
                self.assertEqual(len(pier0["addresses"]), 50)
            changing.kill()


if __name__ == "__main__":
    harness.main()
