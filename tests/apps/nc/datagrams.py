"""pier-nc with datagrams, and with Unix-domain sockets of both kinds."""

import contextlib
import os
import pathlib
import socket
import tempfile
import unittest

import netcat
from netcat import Netcat, Other, digest, noise

import harness
from harness import PATIENCE, settings


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def talker(port=None):
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.settimeout(PATIENCE)
    peer.bind(("127.0.0.1", 0))
    if port:
        peer.connect(("127.0.0.1", port))
    return peer


class Udp(harness.TestCase):
    def test_there_and_back(self):
        with Other(socket.SOCK_DGRAM) as other, Netcat("-u", "-q", "0.5", "127.0.0.1", str(other.port)) as client:
            for text in (b"first\n", b"second\r\n\0\x1a"):
                client.process.stdin.write(text)
                client.process.stdin.flush()
                got, name = other.socket.recvfrom(100)
                self.assertEqual(got, text)
            other.socket.sendto(b"answer", name)
            other.socket.sendto(b"", name)  # no end of anything
            other.socket.sendto(b" and more", name)
            client.wait_for_output(b"answer and more")
            client.feed(b"")
            self.assertEqual(client.end(), 0)

    def test_a_long_input_is_cut_into_datagrams(self):
        data = noise(100_000)
        with Other(socket.SOCK_DGRAM) as other, Netcat("-u", "-q", "0.5", "127.0.0.1", str(other.port)) as client:
            other.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            client.feed(data)
            got = b""
            while len(got) < len(data):
                piece = other.socket.recv(1 << 16)
                self.assertLessEqual(len(piece), 16 << 10)
                got += piece
            self.assertEqual(digest(got), digest(data))
            self.assertEqual(client.end(), 0)

    def test_nobody_is_there(self):
        if settings.wine and settings.engine in ("wsa-event", "wsa-select"):
            self.skipTest("under Wine an attempt to receive takes the news to itself, and only the next send would hear it")
        with talker() as holder:
            port = holder.getsockname()[1]
        with Netcat("-u", "127.0.0.1", str(port)) as client:
            def is_told():
                """Which call is, a receive or the next send, is the system's matter."""
                with contextlib.suppress(OSError):
                    client.process.stdin.write(b"hello")
                    client.process.stdin.flush()
                return client.process.poll() is not None

            harness.wait_for(is_told, "it has heard that nobody is there", settings.boot_time())
            self.assertEqual(client.end(), 1)
            self.assertRegex(client.complaints()[0], f"127.0.0.1:{port}: connection refused")

    def test_a_listener_talks_with_who_came_first(self):
        with Netcat("-luv", "127.0.0.1", "0") as server:
            port = server.port()
            with talker(port) as first, talker(port) as second:
                first.send(b"first")
                server.wait_for_output(b"first")
                second.send(b"second")
                first.send(b" again")
                server.wait_for_output(b"first again")
                server.process.stdin.write(b"answer")
                server.process.stdin.flush()
                self.assertEqual(first.recv(100), b"answer")
            server.interrupt()
            self.assertEqual(server.end(), 130)

    def test_or_hears_everybody(self):
        with Netcat("-lkuv", "127.0.0.1", "0") as server:
            port = server.port()
            heard = b""
            for text in (b"one", b"two", b"three"):
                with talker(port) as peer:
                    peer.send(text)
                heard += text
                server.wait_for_output(heard)
            server.interrupt()
            self.assertEqual(server.end(), 130)

    def test_idle(self):
        # Long enough for a slow machine to get to the input, from which on it counts.
        with Other(socket.SOCK_DGRAM) as other, Netcat("-u", "-w", "2", "127.0.0.1", str(other.port)) as client:
            client.feed(b"hello")
            self.assertEqual(other.socket.recv(100), b"hello")
            self.assertEqual(client.end(), 0)


class Unix(harness.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="pier-nc-"))

    def path(self, name):
        """As the program names it: under Wine this system's files are on a drive of their own."""
        here = os.path.join(self.folder, name)
        return "Z:" + here.replace("/", "\\") if settings.wine else here

    def listen(self, *arguments):
        server = self.enterContext(Netcat("-lUv", *arguments))
        line = server.said.next(settings.boot_time()).decode()
        if "address family" in line:
            self.skipTest("this system has no such sockets")
        self.assertIn("listening on unix:", line)
        return server

    def test_streams(self):
        data = noise(netcat.BOTH_DIRECTIONS)
        path = self.path("stream")
        server = self.listen(path)
        with Netcat("-NU", path) as client:
            client.feed(data)
            self.assertEqual(server.end(), 0)
            self.assertEqual(client.end(), 0)
        self.assertEqual(digest(server.output), digest(data))
        self.assertEqual(os.listdir(self.folder), [])

    def test_streams_one_after_the_other(self):
        path = self.path("clients")
        server = self.listen("-k", path)
        for text, heard in ((b"1", b"1"), (b"2", b"12")):
            with Netcat("-NU", path) as client:
                client.feed(text)
                self.assertEqual(client.end(), 0)
            server.wait_for_output(heard)
        server.interrupt()
        self.assertEqual(server.end(), 130)

    def test_datagrams(self):
        path = self.path("datagrams")
        if settings.windows or settings.wine:
            status, _, said = harness.run("--engine", settings.engine, "-luU", path)
            self.assertEqual(status, 1)
            self.assertIn("address family not supported", said)
            return
        server = self.listen("-u", path)
        with Netcat("-uU", "-q", "0.5", path) as client:
            client.feed(b"hello", end=False)
            server.wait_for_output(b"hello")
            server.feed(b"answer", end=False)
            client.wait_for_output(b"answer")
            client.process.stdin.close()
            self.assertEqual(client.end(), 0)
        server.interrupt()
        self.assertEqual(server.end(), 130)

    def test_datagrams_with_a_path_of_their_own(self):
        if settings.windows or settings.wine:
            self.skipTest("this system has no such sockets")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.settimeout(PATIENCE)
            other.bind(self.path("other"))
            with Netcat("-uU", "-q", "0.5", "-s", self.path("mine"), self.path("other")) as client:
                client.feed(b"hello", end=False)
                got, name = other.recvfrom(100)
                self.assertEqual((got, name), (b"hello", self.path("mine")))
                other.sendto(b"answer", name)
                client.wait_for_output(b"answer")
                client.process.stdin.close()
                self.assertEqual(client.end(), 0)
            self.assertFalse(pathlib.Path(self.path("mine")).exists())

    def test_abstract_names(self):
        if settings.windows or settings.wine:
            self.skipTest("this system has no such names")
        name = "@pier-nc-" + os.path.basename(self.folder)
        server = self.listen(name)
        with Netcat("-NU", name) as client:
            client.feed(b"hello")
            self.assertEqual(client.end(), 0)
        self.assertEqual(server.end(), 0)
        self.assertEqual(server.output, b"hello")

    def test_nothing_is_there(self):
        with Netcat("-U", self.path("nothing")) as client:
            self.assertEqual(client.end(), 1)
            self.assertRegex(client.complaints()[0], "connecting to unix:.*nothing: ")


if __name__ == "__main__":
    harness.main()
