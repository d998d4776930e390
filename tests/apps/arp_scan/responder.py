"""A host in a network namespace that answers ARP requests, each in the way that the mode says: for namespaces of tests alone.

    responder.py INTERFACE MODE MOST

It says "ready", then its own MAC address, and ends after MOST requests or 30 seconds. Its last line is how many requests came.
Addresses below .100 are its own.
"""

import fcntl
import socket
import struct
import sys
import time

SECONDS = 30
OTHER = bytes.fromhex("02005e005399")


def hardware_address(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        return fcntl.ioctl(asked, 0x8927, struct.pack("256s", name.encode()))[18:24]  # SIOCGIFHWADDR


def arp(operation, sender_mac, sender, target_mac, target, hardware=1, to=None, source=None):
    head = (to or target_mac) + (source or sender_mac) + b"\x08\x06"
    kinds = struct.pack("!HHBBH", hardware, 0x0800, 6, 4, operation)
    return head + kinds + sender_mac + sender + target_mac + target


def answers(mode, mine, asker, asker_address, asked):
    """The frames with which one request is answered."""
    good = arp(2, mine, asked, asker, asker_address)
    stranger = asked[:3] + b"\xc8"  # .200, which nobody asks for
    if mode == "good":
        return [good]
    if mode == "twice":
        return [good, good, arp(2, OTHER, asked, asker, asker_address)]
    if mode == "lies":
        everybody = b"\xff" * 6
        return [arp(2, mine, asked, asker, asker_address, hardware=6), arp(2, mine, asked, OTHER, asker_address),
                arp(2, mine, asked, asker, stranger), arp(1, mine, asked, asker, asker_address),
                arp(2, mine, stranger, asker, asker_address), arp(2, mine, asked, everybody, asked, to=everybody),
                arp(2, b"\0" * 6, asked, asker, asker_address, source=mine),
                arp(2, everybody, asked, asker, asker_address, source=mine),
                arp(2, mine, b"\0" * 4, asker, asker_address), arp(2, mine, asked, asker, asker_address, to=OTHER)]
    if mode == "cut":
        return [good[:size] for size in range(14, len(good))]
    if mode == "proxy":
        return [arp(2, mine, asked, asker, asker_address, source=OTHER)]
    raise SystemExit(f"no mode {mode}")


def run(name, mode, most):
    mine = hardware_address(name)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806)) as link:
        link.bind((name, 0x0806))
        print("ready", mine.hex(":"), flush=True)
        end = time.monotonic() + SECONDS
        count = 0
        while count < most and time.monotonic() < end:
            link.settimeout(max(0.01, end - time.monotonic()))
            try:
                frame, where = link.recvfrom(2048)
            except TimeoutError:
                break
            if where[2] == 4 or frame[20:22] != b"\0\1":  # PACKET_OUTGOING; requests alone
                continue
            count += 1
            if frame[41] >= 100:
                continue
            for answer in answers(mode, mine, frame[22:28], frame[28:32], frame[38:42]):
                link.send(answer)
        print("requests", count, flush=True)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], int(sys.argv[3]))
