"""What every model of a server does, and how it is seen that it leaves nothing behind: what a client sees is the same under
all of them, and when the clients have gone, so have the threads, processes and descriptors that they took."""

import contextlib
import hashlib
import os
import random
import select
import selectors
import shutil
import signal
import socket
import threading
import time
import unittest

from seen import harness  # which puts it into Python's path
from harness import Server
from seen import State, has_a_sanitizers_thread, on_linux

DATA = random.Random(11).randbytes(4 << 20)
DIGEST = hashlib.sha256(DATA).hexdigest()
# A user's who has no processes yet: of his own there may be few. Every program of tests has another one, since they run
# beside one another, and the system counts all processes of a user.
UID = 1_000_000 + os.getpid()


def model_server(model, *arguments, **options):
    """Of the model "event", on the engine that is tested."""
    if model == "event":
        return Server(*arguments, **options)
    return Server(*arguments, engine=model, **options)


def transferred(client):
    """Sends DATA, half-closes, and reads to the end: the digest of what came back."""
    def send():
        with contextlib.suppress(OSError):
            client.sendall(DATA)
            client.shutdown(socket.SHUT_WR)
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    digest = hashlib.sha256()
    with contextlib.suppress(ConnectionError):
        while piece := client.recv(1 << 18):
            digest.update(piece)
    sender.join(harness.PATIENCE)
    return digest.hexdigest()


def unprivileged(count):
    """Words before a command: it may have so many processes, as a user for whom limits hold."""
    if has_a_sanitizers_thread():
        raise unittest.SkipTest("the thread sanitizer's own threads count, too")
    if not shutil.which("setpriv") or os.geteuid() != 0:
        raise unittest.SkipTest("only root can become a user who has no processes yet")
    return ("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "prlimit", f"--nproc={count}")


class Everywhere:
    """What every model does. Subclasses say which: `model`, and words of its own."""

    model = ""
    words = ()

    def server(self, *arguments, **options):
        return model_server(self.model, *self.words, *arguments, **options)

    def test_transfers_and_half_closes(self):
        with self.server() as server:
            state = State(server)
            for _ in range(3):
                with server.connect() as client:
                    self.assertEqual(transferred(client), DIGEST)
            with server.connect() as client:
                client.shutdown(socket.SHUT_WR)
                self.assertEqual(client.recv(1), b"")
            state.wait_until_as_before()
            self.assertEqual(server.complaints(), "")

    def test_resets(self):
        with self.server() as server:
            state = State(server)
            harness.echo_once(server)
            for _ in range(20):
                client = server.connect()
                client.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    client.sendall(DATA)
                harness.reset(client)
            harness.echo_once(server)
            state.wait_until_as_before()
            self.assertTrue(server.runs())
            self.assertEqual(server.complaints(), "")

    def test_200_clients_at_once(self):
        with self.server() as server, contextlib.ExitStack() as stack:
            state = State(server)
            harness.echo_once(server)
            clients = [stack.enter_context(server.connect()) for _ in range(200)]
            self.serve(clients)
            state.wait_until_as_before()
            self.assertEqual(server.complaints(), "")
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.complaints(), "")

    def assert_waits_for(self, served, waiting):
        """The second client is served when the first one has gone, and not before."""
        waiting.sendall(b"wait")
        waiting.settimeout(0.05)
        with self.assertRaises(TimeoutError):
            waiting.recv(4)
        waiting.settimeout(harness.settings.boot_time())
        served.close()
        self.assertEqual(harness.receive_exactly(waiting, 4), b"wait")

    def serve(self, clients):
        """All ask; each leaves when it has its answer, so that others can have theirs."""
        for number, client in enumerate(clients):
            client.sendall(f"I am {number:3}".encode())
        with selectors.SelectSelector() as selector:
            for number, client in enumerate(clients):
                selector.register(client, selectors.EVENT_READ, f"I am {number:3}".encode())
            while selector.get_map():
                ready = selector.select(harness.settings.boot_time())
                self.assertTrue(ready, f"{len(selector.get_map())} clients are not served")
                for key, _ in ready:
                    self.assertEqual(harness.receive_exactly(key.fileobj, len(key.data)), key.data)
                    selector.unregister(key.fileobj)
                    key.fileobj.close()

    def test_1000_connections_come_and_go(self):
        # Wine takes minutes for so many processes: there it is for who asks for ten times as many.
        count = harness.settings.connections if on_linux() else harness.settings.connections // 10
        with self.server() as server:
            state = State(server)
            harness.echo_once(server)
            for _ in range(count // 20):
                clients = [server.connect() for _ in range(20)]
                for client in clients:
                    client.sendall(b"hello")
                for client in clients:
                    self.assertEqual(harness.receive_exactly(client, 5), b"hello")
                    harness.reset(client)  # thousands in TIME_WAIT would leave other tests few ports
            state.wait_until_as_before()
            self.assertEqual(server.complaints(), "")

    def test_the_grace_and_its_end(self):
        """A connection may go on after the request to stop, for half a second; a second request ends that."""
        for requests in (1, 2):
            with self.subTest(requests=requests), self.server() as server, server.connect() as client:
                harness.echo(client)
                started = time.monotonic()
                server.send_signal(signal.SIGINT)
                harness.echo(client)
                if requests == 2:
                    server.send_signal(signal.SIGINT)
                self.assertEqual(server.wait(), 0)
                if requests == 1:
                    self.assertGreater(time.monotonic() - started, 0.4)
                with contextlib.suppress(ConnectionError):
                    self.assertEqual(client.recv(1), b"")
                self.assertEqual(server.complaints(), "")
                with self.server(listen=[f"127.0.0.1:{server.port}"]) as successor:
                    harness.echo_once(successor)

    def test_stops_with_nobody_there(self):
        with self.server() as server:
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.complaints(), "")

    def test_more_clients_than_descriptors(self):
        if not on_linux():
            self.skipTest("nothing limits a program's sockets there")
        limit = ("sh", "-c", 'ulimit -n 40; exec "$@"', "sh")
        with self.server(before=limit) as server, contextlib.ExitStack() as stack:
            harness.echo_once(server)
            clients = [stack.enter_context(server.connect()) for _ in range(100)]
            for client in clients:
                client.sendall(b"hello")
            self.assertGreater(self.answered_in_the_end(clients), 0)
            self.assert_idle(server)
            self.assertLessEqual(len(server.complaints().splitlines()), 2, server.complaints())
            self.serve_one_after_the_other(clients)
            self.assertLessEqual(len(server.complaints().splitlines()), 2, server.complaints())
            harness.echo_once(server)

    def expect_shortage(self, server):
        """Of threads or processes, of which there may be three: who finds none is served later, and it is said once."""
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(server.connect()) for _ in range(10)]
            for client in clients:
                client.sendall(b"hello")
            harness.wait_for(server.complaints, "a sentence about the shortage")
            self.assertEqual(self.answered_in_the_end(clients), 3)
            self.assert_idle(server)
            self.assertIn("no more processes or threads", server.complaints())
            self.serve_one_after_the_other(clients)
            self.assertEqual(len(server.complaints().splitlines()), 1, server.complaints())
            self.assertTrue(server.runs())

    def answered_in_the_end(self, clients):
        """How many have an answer, which they keep, when no more come."""
        def answered():
            return len(select.select(clients, [], [], 0)[0])
        counts = [0]
        harness.wait_for(lambda: answered() > 0, "one is served")
        while counts[-1] != answered():
            counts.append(answered())
            time.sleep(0.3)  # three tries of who finds no place
        return counts[-1]

    def assert_idle(self, server):
        before = server.cpu_ticks()
        time.sleep(0.5)  # the time in which it is looked whether it spins
        self.assertLess(server.cpu_ticks() - before, os.sysconf("SC_CLK_TCK") / 8, "ticks in which nothing can be done")

    def serve_one_after_the_other(self, clients):
        with selectors.SelectSelector() as selector:
            for client in clients:
                selector.register(client, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(harness.settings.boot_time())
                self.assertTrue(ready, f"{len(selector.get_map())} clients are not served")
                for key, _ in ready:
                    self.assertEqual(harness.receive_exactly(key.fileobj, 5), b"hello")
                    selector.unregister(key.fileobj)
                    key.fileobj.close()


class Side(Everywhere):
    """Of models that serve several clients at a time."""

    def test_a_client_that_waits_keeps_nobody_waiting(self):
        with self.server() as server, server.connect() as silent, server.connect() as first:
            for client in (first, silent, first):
                harness.echo(client)
            with server.connect() as second:
                harness.echo(second)


class Bounded:
    """Of models that give each client something of which there are so many: `bound` is the option, `more` what it takes."""

    bound = ""

    def test_at_the_bound_clients_wait(self):
        with model_server(self.model, self.bound, "2") as server, server.connect() as first, server.connect() as second:
            harness.echo(first)
            harness.echo(second)
            with server.connect() as third:
                self.assert_waits_for(first, third)
                harness.echo(second)

    def test_a_limit_of_connections_is_a_bound_too(self):
        with model_server(self.model, "--max-connections", "1") as server, server.connect() as first:
            harness.echo(first)
            with server.connect() as second:
                self.assert_waits_for(first, second)
