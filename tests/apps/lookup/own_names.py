"""A server of names for a network of a test's own.

    own_names.py FILE

Answers on 127.0.0.1 until its standard input ends. Writes each question, such as "A known.test", to FILE, and "ready" to
its standard output when it listens.
"""

import ipaddress
import select
import socket
import struct
import sys

ADDRESSES = {"known.test": ("192.0.2.7", "2001:db8::7"), "many.test": tuple(f"192.0.2.{i}" for i in range(10, 40)),
             "xn--bcher-kva.test": ("192.0.2.8",)}
ALIASES = {"alias.test": "known.test"}
REVERSE = {"7.2.0.192.in-addr.arpa": "known.test"}
SILENT = ("silent.test",)  # no answer ever comes
FAILING = ("failing.test",)

TYPES = {1: "A", 5: "CNAME", 12: "PTR", 28: "AAAA"}
NUMBERS = {name: number for number, name in TYPES.items()}


def encoded(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def record(name, kind, data):
    return encoded(name) + struct.pack("!HHIH", NUMBERS[kind], 1, 60, len(data)) + data


def answer(question):
    """The name and the type that are asked for, and the answer, or none. RFC 1035, 4.1."""
    number, flags = struct.unpack("!HH", question[:4])
    at, parts = 12, []
    while question[at]:
        parts.append(question[at + 1:at + 1 + question[at]].decode(errors="replace"))
        at += 1 + question[at]
    kind = TYPES.get(struct.unpack("!H", question[at + 1:at + 3])[0], "other")
    name = ".".join(parts).lower()
    records, status = [], 0
    if name in SILENT:
        return name, kind, None
    if name in ALIASES:
        records.append(record(name, "CNAME", encoded(ALIASES[name])))
    real = ALIASES.get(name, name)
    for address in map(ipaddress.ip_address, ADDRESSES.get(real, ())):
        if kind == ("A" if address.version == 4 else "AAAA"):
            records.append(record(real, kind, address.packed))
    if kind == "PTR" and name in REVERSE:
        records.append(record(name, kind, encoded(REVERSE[name])))
    if real in FAILING:
        status = 2
    elif real not in ADDRESSES and name not in REVERSE:
        status = 3
    header = struct.pack("!HHHHHH", number, 0x8180 | flags & 0x0100 | status, 1, len(records), 0, 0)
    return name, kind, header + question[12:at + 5] + b"".join(records)


def serve(server, log):
    while True:
        readable, _, _ = select.select([server, sys.stdin], [], [])
        if sys.stdin in readable:
            return
        question, client = server.recvfrom(4096)
        name, kind, response = answer(question)
        log.write(f"{kind} {name}\n")
        if response:
            server.sendto(response, client)


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, \
            open(sys.argv[1], "w", encoding="utf-8", buffering=1) as log:
        server.bind(("127.0.0.1", 53))
        print("ready", flush=True)
        serve(server, log)


if __name__ == "__main__":
    main()
