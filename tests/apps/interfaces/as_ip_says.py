"""What iproute2's `ip` says of interfaces, in the words of pier-interfaces --json."""

import json
import shutil
import subprocess

PATIENCE = 30  # seconds: for one run of ip


def is_there():
    return shutil.which("ip") is not None


def state_of(address):
    if address.get("dadfailed"):
        return "duplicate"
    if address.get("tentative") and not address.get("optimistic"):
        return "tentative"
    return "deprecated" if address.get("deprecated") else "usable"


def address_of(address, index):
    """Where `ip` gives an "address" beside the "local" one, it is the other end's."""
    link_local = address["family"] == "inet6" and address["local"].startswith("fe80:")
    return {"family": {"inet": "ipv4", "inet6": "ipv6"}[address["family"]], "address": address["local"],
            "prefix_length": address["prefixlen"], "zone": index if link_local else None,
            "broadcast": address.get("broadcast"), "peer": address.get("address"), "state": state_of(address)}


def interface_of(entry):
    flags = entry["flags"]
    hardware = entry.get("address")
    return {"name": entry["ifname"], "system_name": entry["ifname"], "index": entry["ifindex"],
            "hardware_address": None if not hardware or set(hardware) <= set("0:") else hardware,
            "mtu": entry["mtu"], "up": "UP" in flags, "running": "UP" in flags and "NO-CARRIER" not in flags,
            "loopback": "LOOPBACK" in flags, "point_to_point": "POINTOPOINT" in flags, "broadcast": "BROADCAST" in flags,
            "multicast": "MULTICAST" in flags,
            "addresses": [address_of(each, entry["ifindex"]) for each in entry["addr_info"]
                          if each.get("family") in ("inet", "inet6")]}


def interfaces(before=()):
    """`before` are words in front of the command."""
    done = subprocess.run([*before, "ip", "-json", "address"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE, check=True)
    return sorted((interface_of(each) for each in json.loads(done.stdout) if each), key=lambda each: each["index"])
