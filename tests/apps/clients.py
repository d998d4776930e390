"""Clients that misbehave, or are many: the server goes on, loses nothing and does not spin."""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import threading
import time

import harness
from harness import Server


class Greedy:
    """Sends and reads as fast as it can, for the length of a `with` block."""

    def __init__(self, server):
        self._client = server.connect()
        self.received = 0
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._send, self._receive)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._client.close()

    def _send(self):
        block = bytes(1 << 20)
        with contextlib.suppress(OSError):
            while True:
                self._client.sendall(block)

    def _receive(self):
        with contextlib.suppress(OSError):
            while piece := self._client.recv(1 << 18):
                self.received += len(piece)


def send_what_fits(client, limit):
    """Until the server, whose echo nobody reads, can take no more."""
    client.setblocking(False)
    data = bytes(limit)
    with contextlib.suppress(BlockingIOError):
        while data:
            data = data[client.send(data):]


class Clients(harness.TestCase):
    def test_500_resets_in_mid_transfer(self):
        with Server() as server:
            before = server.descriptors()
            for _ in range(10):
                clients = [server.connect() for _ in range(50)]
                for client in clients:
                    send_what_fits(client, 1 << 18)
                for client in clients:
                    harness.reset(client)
            harness.echo_once(server)
            self.assertTrue(server.runs())
            server.wait_for_descriptors(before)
            self.assertEqual(server.complaints(), "")

    def test_resets_of_idle_connections(self):
        with Server() as server:
            before = server.descriptors()
            clients = [server.connect() for _ in range(50)]
            if not harness.settings.one_at_a_time():
                for client in clients:
                    harness.echo(client)
            for client in clients:
                harness.reset(client)
            harness.echo_once(server)
            server.wait_for_descriptors(before)
            self.assertEqual(server.complaints(), "")

    def test_one_greedy_among_49_polite_ones(self):
        if harness.settings.one_at_a_time():
            self.skipTest("one connection at a time")
        with Server() as server, contextlib.ExitStack() as stack:
            polite = [stack.enter_context(server.connect()) for _ in range(49)]
            greedy = stack.enter_context(Greedy(server))
            harness.wait_for(lambda: greedy.received > 0, "the greedy one is served")
            before = greedy.received
            slowest = 0.0
            for _ in range(10):
                for client in polite:
                    start = time.monotonic()
                    harness.echo(client)
                    slowest = max(slowest, time.monotonic() - start)
            self.assertLess(slowest, 1)
            self.assertGreater(greedy.received, before)

    def test_more_clients_than_descriptors(self):
        if harness.settings.system() != "linux":
            self.skipTest("nothing limits a program's sockets there")
        limit = ("sh", "-c", 'ulimit -n 64; exec "$@"', "sh")
        with Server(before=limit) as server, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(server.connect()) for _ in range(200)]
            for number, client in enumerate(clients):
                client.sendall(f"I am {number:3}".encode())
            if not harness.settings.one_at_a_time():
                harness.wait_for(server.complaints, "a sentence about the descriptors")
                self.assertIn("too many open files", server.complaints())
            before = server.cpu_ticks()
            time.sleep(1)
            spent = server.cpu_ticks() - before
            self.assertTrue(server.runs())
            self.assertLess(spent, os.sysconf("SC_CLK_TCK") / 4, "ticks of a second in which nothing can be accepted")
            self.assertLess(len(server.complaints().splitlines()), 5)
            self.assertEqual(self.serve(clients), 200)
            harness.echo_once(server)

    def test_more_clients_than_select_can_watch(self):
        if harness.settings.engine != "select":
            self.skipTest("another engine")
        harness.allow_descriptors(1400)
        with Server() as server, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(server.connect()) for _ in range(1100)]
            for number, client in enumerate(clients):
                client.sendall(f"I am {number:4}".encode())
            harness.wait_for(server.complaints, "a sentence about the descriptors")
            self.assertIn("clients wait", server.complaints())
            # The sentence may come before what was just accepted is served.
            harness.wait_for(lambda: self.answered(clients) > 1000, "those that there is room for are served")
            self.assertLess(self.answered(clients), 1024)
            for number in range(200):
                clients[number].close()
            harness.wait_for(lambda: self.answered(clients[200:]) == 900, "the others are served")
            for client in clients[200:]:
                harness.receive_exactly(client, len("I am 1234"))
                harness.echo(client)
            self.assertTrue(server.runs())
            self.assertEqual(server.stop(), 0)

    def answered(self, clients):
        """How many have an answer, which they keep."""
        with selectors.DefaultSelector() as selector:
            for client in clients:
                selector.register(client, selectors.EVENT_READ)
            return len(selector.select(0))

    def test_hardly_any_descriptors(self):
        if harness.settings.system() != "linux":
            self.skipTest("nothing limits a program's sockets there")
        for limit in range(4, 16):
            with self.subTest(limit=limit), subprocess.Popen(
                    ["sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh", *harness.settings.command, "--engine",
                     harness.settings.engine, "--listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
                try:
                    if server.stdout.readline():
                        server.send_signal(signal.SIGINT)
                        self.assertEqual(server.wait(harness.PATIENCE), 0)
                    else:
                        complaint = server.stderr.read()
                        self.assertIn("too many open files", complaint)
                        self.assertEqual(len(complaint.splitlines()), 1, complaint)
                        self.assertEqual(server.wait(harness.PATIENCE), 1)
                finally:
                    server.kill()

    def serve(self, clients):
        """Takes each answer when it comes and leaves, so that others can be served. How many answers came."""
        served = 0
        with selectors.DefaultSelector() as selector:
            for number, client in enumerate(clients):
                selector.register(client, selectors.EVENT_READ, f"I am {number:3}".encode())
            while selector.get_map():
                ready = selector.select(harness.PATIENCE)
                self.assertTrue(ready, f"{len(selector.get_map())} clients are not served")
                for key, _ in ready:
                    answer = b""
                    with contextlib.suppress(ConnectionError):
                        answer = key.fileobj.recv(len(key.data))
                    self.assertIn(answer, (key.data, b""))
                    served += answer != b""
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
        return served

    def test_two_threads(self):
        if harness.settings.one_at_a_time():
            self.skipTest("one connection at a time")
        with Server() as server:
            alone = server.threads()
        with Server("--threads", "2") as server, contextlib.ExitStack() as stack:
            if alone is not None:
                self.assertGreater(server.threads(), alone)
            clients = [stack.enter_context(server.connect()) for _ in range(64)]
            for _ in range(3):
                for client in clients:
                    harness.echo(client)
            for client in clients[::2]:
                harness.reset(client)
            for client in clients[1::2]:
                harness.echo(client)
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    harness.main()
