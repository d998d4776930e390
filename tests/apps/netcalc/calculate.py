"""pier-netcalc as its user sees it: what it says of addresses and prefixes, beside what Python's ipaddress says of the same."""

import ipaddress
import json
import pathlib
import random
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import settings

NAME = "pier-netcalc"


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def run_with_input(text, *arguments):
    done = subprocess.run([*settings.command, *arguments], input=text, capture_output=True,
                          timeout=settings.boot_time(), check=False)
    return harness.ended(done.returncode), done.stdout.decode(), done.stderr.decode()


def some_networks(count):
    """The same ones in each run, of both families and all lengths."""
    numbers = random.Random(12)
    networks = []
    for _ in range(count):
        bits = numbers.choice((32, 128))
        length = numbers.randrange(bits + 1)
        number = numbers.getrandbits(bits) >> (bits - length) << (bits - length)
        kind = ipaddress.IPv4Network if bits == 32 else ipaddress.IPv6Network
        networks.append(kind((number, length)))
    return networks


class Calculate(harness.TestCase):
    def facts(self, *arguments):
        report = json.loads(self.good("--json", *arguments))
        self.assertEqual(report["program"], NAME)
        return report["addresses"]

    def rows(self, *arguments):
        """Of a table: the first value by its name."""
        rows = {}
        for line in self.good(*arguments).splitlines()[1:]:
            rows.setdefault(line[2:18].strip(), line[18:])
        return rows

    def test_a_table(self):
        rows = self.rows("192.168.1.5/24")
        expected = {
            "address": "192.168.1.5", "number": "3232235781", "hexadecimal": "0xc0a80105",
            "binary": "11000000.10101000.00000001.00000101", "in memory": "c0 a8 01 05",
            "big-endian": "0xc0a80105 = 3232235781", "little-endian": "0x0501a8c0 = 83994816",
            "reverse name": "5.1.168.192.in-addr.arpa", "class": "C", "range": "private use (192.168.0.0/16, RFC 1918)",
            "prefix": "192.168.1.0/24", "network": "192.168.1.0", "mask": "255.255.255.0", "wildcard": "0.0.0.255",
            "broadcast": "192.168.1.255", "first host": "192.168.1.1", "last host": "192.168.1.254", "hosts": "254",
            "addresses": "256", "reverse zone": "1.168.192.in-addr.arpa"}
        for name, value in expected.items():
            self.assertEqual(rows.get(name), value)
        self.assertEqual(rows[""], "source: yes, destination: yes, forwardable: yes, globally reachable: no, "
                                   "reserved by protocol: no")

    def test_several_tables(self):
        output = self.good("192.0.2.1", "ff02::1%3", "2002:c000:204::1", "8.8.8.8")
        tables = output.split("\n\n")
        self.assertEqual([table.splitlines()[0] for table in tables],
                         ["192.0.2.1", "ff02::1%3", "2002:c000:204::1", "8.8.8.8"])
        self.assertRegex(tables[1], r"(?m)^  multicast scope +link-local$")
        self.assertRegex(tables[2], r"(?m)^  6to4 router +192\.0\.2\.4$")
        self.assertRegex(tables[3], r"(?m)^  range +none that is special$")
        self.assertEqual([line for line in output.splitlines() if line.endswith(" ")], [])

    def test_addresses_are_what_python_says_of_them(self):
        networks = some_networks(60)
        facts = self.facts(*(str(network.network_address) for network in networks))
        self.assertEqual(len(facts), len(networks))
        for network, fact in zip(networks, facts):
            address = network.network_address
            with self.subTest(address=str(address)):
                self.assertEqual(ipaddress.ip_address(fact["address"]), address)
                self.assertEqual(int(fact["number"]), int(address))
                self.assertEqual(int(fact["hexadecimal"], 16), int(address))
                self.assertEqual(fact["bytes"], list(address.packed))
                self.assertEqual(int(fact["little_endian"], 16), int.from_bytes(address.packed, "little"))
                self.assertEqual(int(fact["little_endian_number"]), int.from_bytes(address.packed, "little"))
                self.assertEqual(fact["reverse_name"], address.reverse_pointer)
                self.assertEqual(int(fact["binary"].replace(".", "").replace(":", ""), 2), int(address))

    def test_prefixes_are_what_python_says_of_them(self):
        networks = some_networks(60)
        for network, fact in zip(networks, self.facts(*map(str, networks))):
            prefix = fact["prefix"]
            with self.subTest(prefix=str(network)):
                self.assertEqual(ipaddress.ip_network(prefix["prefix"]), network)
                self.assertEqual(ipaddress.ip_address(prefix["mask"]), network.netmask)
                self.assertEqual(ipaddress.ip_address(prefix["wildcard"]), network.hostmask)
                self.assertEqual(int(prefix["addresses"]), network.num_addresses)
                if network.version == 4 and network.prefixlen < 31:
                    self.assertEqual(prefix["broadcast"], str(network.broadcast_address))
                    self.assertEqual(int(prefix["hosts"]), network.num_addresses - 2)
                else:
                    self.assertIsNone(prefix["broadcast"])

    def test_special_ranges(self):
        by_address = {fact["address"]: [each["name"] for each in fact["ranges"]] for fact in self.facts(
            "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.0.1", "192.0.2.1", "239.255.0.1", "fd00::1", "2001:db8::1",
            "2001::1", "1.1.1.1")}
        self.assertEqual(by_address["10.0.0.1"], ["private use"])
        self.assertEqual(by_address["100.64.0.1"], ["shared address space"])
        self.assertEqual(by_address["127.0.0.1"], ["loopback"])
        self.assertEqual(by_address["169.254.0.1"], ["link-local"])
        self.assertEqual(by_address["192.0.2.1"], ["documentation (TEST-NET-1)"])
        self.assertEqual(by_address["239.255.0.1"], ["local scope", "administratively scoped", "multicast"])
        self.assertEqual(by_address["fd00::1"], ["unique-local"])
        self.assertEqual(by_address["2001:db8::1"], ["documentation"])
        self.assertEqual(by_address["2001::1"], ["Teredo", "IETF protocol assignments"])
        self.assertEqual(by_address["1.1.1.1"], [])
        teredo = self.facts("2001::1")[0]["ranges"][0]
        self.assertIsNone(teredo["globally_reachable"])
        self.assertIs(teredo["forwardable"], True)

    def test_historical_forms(self):
        facts = self.facts("--historical", "127.1", "0x7f000001", "010.0.0.1", "2130706433", "::1", "10.1/16")
        self.assertEqual([fact["address"] for fact in facts],
                         ["127.0.0.1", "127.0.0.1", "8.0.0.1", "127.0.0.1", "::1", "10.0.0.1"])
        self.assertEqual(facts[-1]["prefix"]["prefix"], "10.0.0.0/16")

    def test_split(self):
        self.assertEqual(self.good("split", "10.0.0.0/8", "10").split(),
                         ["10.0.0.0/10", "10.64.0.0/10", "10.128.0.0/10", "10.192.0.0/10"])
        status, output, complaint = harness.run("split", "2001:db8::/32", "/48", "--most", "2")
        self.assertEqual((status, output.split()), (0, ["2001:db8::/48", "2001:db8:1::/48"]))
        self.assertEqual(complaint, f"{NAME}: 65534 more are not listed; --most N lists more of them\n")
        report = json.loads(self.good("split", "::/0", "128", "--json", "--most", "1"))
        self.assertEqual(report["prefixes"], ["::/128"])
        self.assertEqual(int(report["further"]), (1 << 128) - 1)
        network = ipaddress.ip_network("192.0.2.0/24")
        self.assertEqual(self.good("split", str(network), "29").split(), [str(part) for part in network.subnets(5)])

    def test_merge(self):
        networks = [network for network in some_networks(200) if network.prefixlen > 2]
        expected = [str(part) for version in (4, 6) for part in ipaddress.collapse_addresses(
            network for network in networks if network.version == version)]
        self.assertEqual(self.good("merge", *map(str, networks)).split(), expected)
        self.assertEqual(self.good("merge", "10.0.0.0", "10.0.0.1", "10.0.0.2/31").split(), ["10.0.0.0/30"])
        self.assertEqual(json.loads(self.good("merge", "--json", "10.0.0.0/9", "10.128.0.0/9"))["prefixes"],
                         ["10.0.0.0/8"])

    def test_range(self):
        for first, last in (("192.0.2.10", "192.0.2.99"), ("0.0.0.0", "255.255.255.255"), ("::1", "ffff::"),
                            ("10.0.0.1", "10.0.0.1")):
            expected = ipaddress.summarize_address_range(ipaddress.ip_address(first), ipaddress.ip_address(last))
            # Python writes the deprecated IPv4-compatible addresses in another way than inet_ntop.
            self.assertEqual([ipaddress.ip_network(word) for word in self.good("range", first, last).split()],
                             list(expected))

    def test_contains(self):
        self.assertEqual(self.good("contains", "10.0.0.0/8", "10.1.2.3", "10.2.0.0/16"),
                         "10.1.2.3 is in 10.0.0.0/8\n10.2.0.0/16 is in 10.0.0.0/8\n")
        status, output, complaint = harness.run("contains", "10.0.0.0/8", "10.1.2.3", "11.0.0.1", "::ffff:10.0.0.1",
                                                "0.0.0.0/0")
        self.assertEqual((status, complaint), (1, ""))
        self.assertEqual([" is in " in line for line in output.splitlines()], [True, False, False, False])
        status, output, complaint = harness.run("contains", "--json", "2001:db8::/32", "2001:db8::1", "::1")
        self.assertEqual((status, complaint), (1, ""))
        self.assertEqual([each["contained"] for each in json.loads(output)["addresses"]], [True, False])

    def test_standard_input(self):
        text = b"# a list\r\n192.0.2.1\t192.0.2.2 # two\n\n  2001:db8::1\n192.0.2.0/24"
        status, output, complaint = run_with_input(text, "--json", "10.0.0.1", "-", "10.0.0.2")
        self.assertEqual((status, complaint), (0, ""))
        self.assertEqual([fact["text"] for fact in json.loads(output)["addresses"]],
                         ["10.0.0.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "192.0.2.0/24", "10.0.0.2"])
        status, output, complaint = run_with_input(b"10.0.0.0/24\n10.0.1.0/24\n", "merge", "-")
        self.assertEqual((status, output, complaint), (0, "10.0.0.0/23\n", ""))
        status, output, complaint = run_with_input(b"10.0.0.1\n11.0.0.1", "contains", "10.0.0.0/8", "-")
        self.assertEqual((status, complaint, len(output.splitlines())), (1, "", 2))
        self.assertEqual(run_with_input(b"", "-"), (0, "", ""))
        self.assertEqual(json.loads(run_with_input(b"", "--json", "-")[1])["addresses"], [])

    def test_long_standard_input(self):
        """More than any buffer; every line is found."""
        numbers = range(20_000)
        text = "\n".join(f"10.{number >> 8 & 255}.{number & 255}.0/24" for number in numbers).encode()
        status, output, complaint = run_with_input(text, "merge", "-")
        self.assertEqual((status, complaint), (0, ""))
        expected = ipaddress.collapse_addresses(
            ipaddress.ip_network(f"10.{number >> 8}.{number & 255}.0/24") for number in numbers)
        self.assertEqual(output.split(), [str(network) for network in expected])


class CommandLine(harness.TestCase):
    def refused(self, sentence, *arguments):
        self.assertEqual(harness.run(*arguments), (2, "", f"{NAME}: {sentence}\n"))

    def test_help(self):
        output = self.help_for_people()
        for command in ("split", "merge", "range", "contains"):
            self.assertRegex(output, rf"(?m)^  {command}  +\S")
            self.help_for_people(command)

    def test_what_is_no_address(self):
        self.refused('10.0.0.256: "256" is more than 255 (at offset 7)', "10.0.0.256")
        self.refused("10.0.0.0/33: a prefix of IPv4 has at most 32 bits", "10.0.0.0/33")
        self.refused("::/129: a prefix of IPv6 has at most 128 bits", "::/129")
        self.refused("localhost: no address: IPv4 is written as 192.0.2.1, IPv6 as 2001:db8::1", "localhost")
        self.refused("::1%2: only a link-local address has a zone", "::1%2")
        self.refused("127.1: IPv4 has four numbers, as in 192.0.2.1 (at offset 5); --historical reads it as 127.0.0.1",
                     "127.1")
        self.refused('08: "8" is no octal digit, and a number with a leading zero is octal (at offset 1)',
                     "--historical", "08")
        self.refused('"": there is no address', "")
        self.refused(r'\x1b[31m: no address: IPv4 is written as 192.0.2.1, IPv6 as 2001:db8::1', "\x1b[31m")

    def test_the_others_are_shown(self):
        status, output, complaint = harness.run("192.0.2.1", "192.0.2", "192.0.2.2")
        self.assertEqual(status, 2)
        self.assertEqual([line for line in output.splitlines() if line and line[0] != " "], ["192.0.2.1", "192.0.2.2"])
        self.assertEqual(len(complaint.splitlines()), 1)
        status, output, _ = harness.run("--json", "192.0.2", "192.0.2.2")
        self.assertEqual((status, len(json.loads(output)["addresses"])), (2, 1))

    def test_what_standard_input_must_not_have(self):
        for text, sentence in ((b"10.0.0.1\n10.0.0\n", "line 2: 10.0.0: IPv4 has four numbers, as in 192.0.2.1 "
                                                       "(at offset 6); --historical reads it as 10.0.0.0"),
                               (b"1" * 100_000, "line 1: " + "1" * 40 + "...: this is too long for an address"),
                               (b"\n\n\x00\xff\n", r"line 3: \x00\xff: no address: IPv4 is written as 192.0.2.1, IPv6 as "
                                                   "2001:db8::1")):
            status, _, complaint = run_with_input(text, "-")
            self.assertEqual((status, complaint.rstrip("\r\n")), (2, f"{NAME}: {sentence}"))
        # A merge without one of them would be wrong, so there is none.
        status, output, complaint = run_with_input(b"10.0.0.0/8\nx\n", "merge", "-")
        self.assertEqual((status, output), (2, ""))

    def test_prefixes_that_are_none(self):
        self.refused("10.0.0.1/8: bits behind the prefix are set; is 10.0.0.0/8 meant?", "merge", "10.0.0.1/8")
        self.refused("10.0.0.1/8: bits behind the prefix are set; is 10.0.0.0/8 meant?", "contains", "10.0.0.1/8", "::")
        self.refused("10.0.0.0/8: its parts are no shorter than 8 bits", "split", "10.0.0.0/8", "7")
        self.refused("10.0.0.0/8: a prefix of IPv4 has at most 32 bits", "split", "10.0.0.0/8", "33")
        self.refused("10.0.0.0/8: a prefix of IPv4 has at most 32 bits", "split", "10.0.0.0/8", "9" * 40)
        self.refused("x: the length of a prefix is a number", "split", "10.0.0.0/8", "x")
        self.refused("10.0.0.2 comes behind 10.0.0.1", "range", "10.0.0.2", "10.0.0.1")
        self.refused("10.0.0.2 and ::1: a range has addresses of one family", "range", "10.0.0.2", "::1")
        self.refused("the ends of a range are addresses, without a length", "range", "10.0.0.0/8", "11.0.0.0")

    def test_wrong_usage(self):
        for arguments in ([], ["--json"], ["split"], ["split", "10.0.0.0/8"], ["merge"], ["range", "10.0.0.1"],
                          ["contains"], ["contains", "10.0.0.0/8"], ["--nonsense"], ["10.0.0.1", "merge", "10.0.0.2"],
                          ["split", "10.0.0.0/8", "10", "--most", "0"], ["split", "10.0.0.0/8", "10", "11"],
                          ["split", "10.0.0.0/8", "10", "--most", "1000001"]):
            with self.subTest(arguments=arguments):
                status, output, complaint = harness.run(*arguments)
                self.assertEqual((status, output), (2, ""))
                self.assertRegex(complaint, rf"^{NAME}: [^\n]+; see --help\n$")

    def test_an_output_that_nobody_reads(self):
        for arguments in (["10.0.0.1"], ["--json", "10.0.0.1"], ["split", "10.0.0.0/8", "9"], ["merge", "10.0.0.1"],
                          ["contains", "10.0.0.0/8", "10.0.0.1"]):
            for output, opened in harness.unwritable_outputs():
                with self.subTest(arguments=arguments, output=output), opened() as stdout:
                    status, complaint = harness.run_into(stdout, *arguments)
                    self.assertEqual((status, complaint), (1, f"{NAME}: the output can't be written\n"))


if __name__ == "__main__":
    harness.main()
