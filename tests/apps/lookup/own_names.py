"""A network of its own, with names of its own, for one program: no packet leaves it.

    unshare -rnm python3 own_names.py FOLDER COMMAND...

FOLDER/hosts takes the place of /etc/hosts, and a server of names answers on 127.0.0.1 as long as COMMAND runs. It
writes each question, such as "A known.test", to FOLDER/questions. COMMAND has the process's number and streams. The
network has the addresses of loopback, and those that FOLDER/addresses has, with their lengths, a line each.
"""

import ipaddress
import os
import pathlib
import socket
import struct
import subprocess
import sys

ADDRESSES = {"known.test": ("192.0.2.7", "2001:db8::7"), "many.test": tuple(f"192.0.2.{i}" for i in range(10, 40)),
             "xn--bcher-kva.test": ("192.0.2.8",)}
ALIASES = {"alias.test": "known.test"}
REVERSE = {"7.2.0.192.in-addr.arpa": "known.test"}
SILENT = ("silent.test",)  # no answer ever comes
FAILING = ("failing.test",)

TYPES = {1: "A", 5: "CNAME", 12: "PTR", 28: "AAAA"}
NUMBERS = {name: number for number, name in TYPES.items()}
MOST_SECONDS = 120


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


def serve(server, folder, parent):
    """Until the parent has gone."""
    server.settimeout(0.1)
    with open(folder / "questions", "w", encoding="utf-8", buffering=1) as log:
        for _ in range(MOST_SECONDS * 1000):
            if os.getppid() != parent:
                return
            try:
                question, client = server.recvfrom(4096)
            except TimeoutError:
                continue
            name, kind, response = answer(question)
            log.write(f"{kind} {name}\n")
            if response:
                server.sendto(response, client)


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="utf-8")
    (folder / "nsswitch.conf").write_text("hosts: files dns\nservices: files\n", encoding="utf-8")
    path = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, env=path)
    for address in (folder / "addresses").read_text(encoding="utf-8").split():
        subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True, env=path)
    for name in ("hosts", "resolv.conf", "nsswitch.conf"):
        subprocess.run(["mount", "--bind", folder / name, f"/etc/{name}"], check=True, env=path)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    parent = os.getpid()
    if os.fork() == 0:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):  # else whoever reads the program's output would wait for this process's end, too
            os.dup2(nowhere, stream)
        serve(server, folder, parent)
        os._exit(0)
    server.close()
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
