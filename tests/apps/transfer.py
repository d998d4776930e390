"""Bytes through the echo server: all of them come back, also those that are under way when the client half-closes."""

import hashlib
import random
import shutil
import socket
import subprocess
import tempfile
import threading

import harness
from harness import Server

MEBIBYTE = 1 << 20


def blocks(count):
    """That many mebibytes, no two alike."""
    block = random.Random(count).randbytes(MEBIBYTE - 8)
    for index in range(count):
        yield index.to_bytes(8, "big") + block


def digest_of(pieces):
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def received(client):
    while piece := client.recv(256 * 1024):
        yield piece


def send_and_finish(client, count):
    for block in blocks(count):
        client.sendall(block)
    client.shutdown(socket.SHUT_WR)


class Transfer(harness.TestCase):
    def exchange(self, command, count):
        """Sends through another program's standard input, and takes what comes out of it."""
        with tempfile.TemporaryFile() as data, tempfile.TemporaryFile() as back:
            for block in blocks(count):
                data.write(block)
            data.seek(0)
            subprocess.run(command, stdin=data, stdout=back, timeout=harness.PATIENCE, check=True)
            back.seek(0)
            self.assertEqual(digest_of(iter(lambda: back.read(MEBIBYTE), b"")), digest_of(blocks(count)))

    def test_64_mebibytes_and_then_a_half_close(self):
        with Server() as server, server.connect() as client:
            sender = threading.Thread(target=send_and_finish, args=(client, 64), daemon=True)
            sender.start()
            digest = digest_of(received(client))
            sender.join(harness.PATIENCE)
            self.assertEqual(digest, digest_of(blocks(64)))

    def test_a_half_close_before_anything_is_read(self):
        data = random.Random(1).randbytes(200_000)
        with Server() as server:
            for _ in range(20):
                with server.connect() as client:
                    client.sendall(data)
                    client.shutdown(socket.SHUT_WR)
                    self.assertEqual(digest_of(received(client)), digest_of([data]))

    def test_nothing_but_a_half_close(self):
        with Server() as server, server.connect() as client:
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(client.recv(1), b"")

    def test_through_socat(self):
        if not shutil.which("socat"):
            self.skipTest("socat is not installed")
        with Server() as server:
            # Half-closes at the end of its input, then waits this long for the rest.
            self.exchange(["socat", "-t", str(harness.PATIENCE), "STDIO", f"TCP:127.0.0.1:{server.port}"], 16)

    def test_through_nc(self):
        if not shutil.which("nc") or "-N" not in subprocess.run(["nc", "-h"], capture_output=True, text=True,
                                                                 check=False).stderr:
            self.skipTest("no nc that half-closes (OpenBSD's) is installed")
        with Server() as server:
            self.exchange(["nc", "-N", "127.0.0.1", str(server.port)], 16)

    def test_ipv6(self):
        with Server(listen=["[::1]:0"]) as server:
            self.assertEqual(server.names[0][0], "::1")
            self.assertNotEqual(server.port, 0)
            harness.echo_once(server)

    def test_port_0_is_another_one_for_each(self):
        with Server() as one, Server() as another:
            self.assertNotEqual(one.port, 0)
            self.assertNotEqual(one.port, another.port)
            harness.echo_once(one)
            harness.echo_once(another)

    def test_several_addresses(self):
        if harness.settings.one_at_a_time():
            self.skipTest("one connection at a time")
        with Server(listen=["127.0.0.1:0", "[::1]:0", "127.0.0.1:0"]) as server:
            self.assertEqual([host for host, _ in server.names], ["127.0.0.1", "::1", "127.0.0.1"])
            for index in (2, 1, 0):
                harness.echo_once(server, index)


if __name__ == "__main__":
    harness.main()
