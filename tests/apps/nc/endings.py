"""How pier-nc ends: refused, reset, out of time, interrupted, with nobody who reads its output."""

import os
import unittest

import netcat
from netcat import Netcat, Other, connect, read_all

import harness
from harness import settings


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class Endings(harness.TestCase):
    def complaint(self, client, pattern):
        lines = client.complaints()
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], "^pier-nc: " + pattern)

    def test_nobody_listens(self):
        with netcat.refused_port() as holder:
            port = holder.getsockname()[1]
            with Netcat("127.0.0.1", str(port)) as client:
                self.assertEqual(client.end(), 1)
                self.complaint(client, f"connecting to 127.0.0.1:{port}: connection refused")

    def test_a_reset_is_said_and_what_came_before_is_there(self):
        with Other() as other, Netcat("127.0.0.1", str(other.port)) as client:
            peer = other.accept()
            peer.sendall(b"before")
            client.wait_for_output(b"before")
            client.feed(b"not read", end=False)
            peer.recv(1, netcat.socket.MSG_PEEK)
            peer.close()  # with something unread, which is a reset on every system
            self.assertEqual(client.end(), 1)
            self.complaint(client, f"receiving from 127.0.0.1:{other.port}: connection reset")

    def test_who_has_gone_is_sent_nothing(self):
        """Either call may be the one that is told."""
        with Other() as other, Netcat("127.0.0.1", str(other.port)) as client:
            peer = other.accept()
            peer.sendall(b"bye")
            client.wait_for_output(b"bye")
            peer.close()
            client.feed(b"x" * (8 << 20))  # more than any buffer takes
            self.assertEqual(client.end(), 1)
            self.complaint(client, f"(sending to|receiving from) 127.0.0.1:{other.port}: ")

    def test_the_output_is_closed(self):
        for what, output in harness.unwritable_outputs():
            with self.subTest(what), Other() as other, output() as stdout:
                with Netcat("127.0.0.1", str(other.port), stdout=stdout) as client:
                    with other.accept() as peer:
                        peer.sendall(b"nobody reads this")
                        self.assertEqual(client.end(), 1)
                        self.complaint(client, "writing to standard output: ")

    def test_the_input_cannot_be_read(self):
        if settings.windows or settings.wine:
            self.skipTest("a folder is no input there")
        folder = os.open("/", os.O_RDONLY)
        self.addCleanup(os.close, folder)
        with Other() as other, Netcat("127.0.0.1", str(other.port), stdin=folder) as client:
            with other.accept() as peer:
                client.line("pier-nc: reading standard input: ")
                peer.sendall(b"answer")
            self.assertEqual(client.end(), 1)
            self.assertEqual(client.output, b"answer")

    def test_idle(self):
        # Long enough for a slow machine to answer.
        with Other() as other, Netcat("-vw", "2", "127.0.0.1", str(other.port)) as client:
            with other.accept() as peer:
                peer.sendall(b"once")
                self.assertEqual(client.end(), 0)
                client.line("nothing has come or gone for 2")
            self.assertEqual(client.output, b"once")

    def test_a_listener_waits_as_long_as_it_takes_and_is_idle_then(self):
        with Netcat("-lvw", "0.3", "127.0.0.1", "0") as server:
            port = server.port()
            with self.assertRaises(harness.subprocess.TimeoutExpired):
                server.process.wait(0.8)
            with connect(port):
                self.assertEqual(server.end(), 0)
                server.line("nothing has come or gone for 300")

    def test_a_connect_takes_too_long(self):
        if settings.windows or settings.wine:
            self.skipTest("a queue that is full refuses there")
        with Other() as other:
            other.socket.listen(0)
            with netcat.socket.create_connection(("127.0.0.1", other.port)):  # fills it
                with Netcat("-w", "0.3", "127.0.0.1", str(other.port)) as client:
                    self.assertEqual(client.end(), 1)
                    self.complaint(client, f"connecting to 127.0.0.1:{other.port}: timed out")

    def test_quit_after_the_end_of_input(self):
        with Other() as other, Netcat("-q", "0.3", "127.0.0.1", str(other.port)) as client:
            client.feed(b"question")
            with other.accept() as peer:
                self.assertEqual(read_all(peer), b"question")
                self.assertEqual(client.end(), 0)  # though the connection is open

    def test_below_zero_is_never(self):
        with Other() as other, Netcat("-q", "-1", "127.0.0.1", str(other.port)) as client:
            client.feed(b"question")
            with other.accept() as peer:
                self.assertEqual(harness.receive_exactly(peer, 8), b"question")
                peer.sendall(b"answer")
                client.wait_for_output(b"answer")
            self.assertEqual(client.end(), 0)

    def test_interrupts(self):
        with Netcat("-lv", "127.0.0.1", "0") as server:
            server.port()
            server.interrupt()
            self.assertEqual(server.end(), 130)
        with Other() as other, Netcat("-v", "127.0.0.1", str(other.port)) as client:
            with other.accept():
                client.line("connected to")
                client.interrupt()
                self.assertEqual(client.end(), 130)

    def test_interrupt_while_both_directions_are_stuck(self):
        with Other() as other, Netcat("-v", "127.0.0.1", str(other.port), reads=False) as client:
            client.feed(b"x" * (64 << 20))
            with other.accept() as peer:
                client.line("connected to")
                peer.settimeout(0.5)
                try:
                    while True:
                        peer.sendall(b"y" * (1 << 20))
                except TimeoutError:
                    pass
                client.interrupt()
                self.assertEqual(client.end(), 130)

    def test_a_port_that_is_taken(self):
        with Other() as other, Netcat("-l", "127.0.0.1", str(other.port)) as server:
            self.assertEqual(server.end(), 1)
            self.complaint(server, f"listening on 127.0.0.1:{other.port}: address (already )?in use")

    def test_nobody_else_is_let_in(self):
        with Netcat("-lv", "127.0.0.1", "0") as server:
            port = server.port()
            with connect(port) as peer:
                peer.sendall(b"hello")
                server.wait_for_output(b"hello")
                self.assertRaises(OSError, connect, port)
            self.assertEqual(server.end(), 0)


if __name__ == "__main__":
    harness.main()
