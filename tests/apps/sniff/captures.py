"""Frames and capture files that the tests of pier-sniff make by hand."""

import struct

MACS = bytes.fromhex("00005e005302" "00005e005301")


def udp(payload, source=40000, destination=9):
    """A frame from 192.0.2.1 to 192.0.2.2, whose checksums are left out."""
    datagram = struct.pack("!HHHH", source, destination, 8 + len(payload), 0) + payload
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(datagram), 1, 0, 64, 17, 0, bytes([192, 0, 2, 1]),
                         bytes([192, 0, 2, 2]))
    return MACS + b"\x08\x00" + header + datagram


def pcap(frames, order="<", magic=0xA1B23C4D):
    """Of nanoseconds: the packets come a second apart."""
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, 1)]
    for number, frame in enumerate(frames):
        parts.append(struct.pack(order + "IIII", 86_400 + number, 123_456_789, len(frame), len(frame)) + frame)
    return b"".join(parts)


def tcp(payload, sequence, acknowledgment=0, flags=0x18, back=False):
    """A segment from port 40000 of 192.0.2.1 to port 80 of 192.0.2.2, or back, whose checksums are left out."""
    one, other = (bytes([192, 0, 2, 1]), 40000), (bytes([192, 0, 2, 2]), 80)
    source, destination = (other, one) if back else (one, other)
    segment = struct.pack("!HHIIBBHHH", source[1], destination[1], sequence, acknowledgment, 0x50, flags, 1000, 0,
                          0) + payload
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 1, 0, 64, 6, 0, source[0], destination[0])
    return MACS + b"\x08\x00" + header + segment
