"""A server whose handlers throw: it costs the connection alone. Then how servers stop, and who may have their port."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import zlib

import harness
from harness import Server

SAID = "faulty-server: an exception ended a connection: "
KINDS = 16  # that are told one by one


class FaultyServer(harness.TestCase):
    def ask(self, client, letter):
        client.sendall(letter)
        return harness.receive_exactly(client, 1)

    def provoke(self, server, letter):
        """A connection that is to end by an exception."""
        with server.connect() as client:
            client.sendall(letter)
            self.assert_ended(client)

    def assert_ended(self, client):
        with contextlib.suppress(ConnectionError):
            self.assertEqual(client.recv(1), b"")

    def assert_serves(self, server):
        with server.connect() as client:
            self.assertEqual(self.ask(client, b"a"), b"a")

    def assert_said(self, server, *lines):
        self.assertEqual(server.complaints().splitlines(), list(lines))

    def test_an_exception_costs_its_own_connection(self):
        with Server() as server, contextlib.ExitStack() as stack:
            others = []
            if not harness.settings.one_at_a_time():
                others = [stack.enter_context(server.connect()) for _ in range(3)]
            for letter in (b"e", b"e", b"i", b"e"):
                for client in others:
                    self.assertEqual(self.ask(client, b"a"), b"a")
                self.provoke(server, letter)
                self.assert_serves(server)
            for client in others:
                self.assertEqual(self.ask(client, b"a"), b"a")
                client.close()
            self.assertEqual(server.stop(), 0)
            self.assert_said(server, SAID + r"this handler is \x1b[31mfaulty",
                             SAID + "of a type that is no std::exception",
                             "faulty-server: 4 connections were ended by exceptions")

    def test_with_threads(self):
        if harness.settings.one_at_a_time():
            self.skipTest("one connection at a time")
        with Server("--threads", "3") as server:
            for _ in range(20):
                self.provoke(server, b"e")
                self.assert_serves(server)
            self.assertEqual(server.stop(), 0)
            self.assert_said(server, SAID + r"this handler is \x1b[31mfaulty",
                             "faulty-server: 20 connections were ended by exceptions")

    def test_a_process_that_aborts_is_no_exception(self):
        """abort() ends a process with the status 3 on Windows, or as an exception of the system."""
        with Server("--model", "process") as server:
            self.provoke(server, b"x")
            self.assert_serves(server)
            self.assertEqual(server.stop(), 0)
            self.assertIn("faulty-server: the process of a client ", server.complaints())
            self.assertNotIn("by an exception\n", server.complaints())

    def test_before_there_is_a_task(self):
        with Server() as server:
            with server.connect() as client:
                self.assertEqual(self.ask(client, b"f"), b"f")
            with server.connect() as client:
                self.assert_ended(client)
            self.assert_serves(server)
            self.assertEqual(server.stop(), 0)
            first, last = server.complaints().splitlines()
            self.assertTrue(first.startswith(SAID), first)
            self.assertIn("bad_alloc", first.replace("bad allocation", "bad_alloc"))
            self.assertEqual(last, "faulty-server: 1 connection was ended by an exception")

    def test_a_bound_on_what_is_said(self):
        with Server() as server:
            for _ in range(KINDS + 5):
                self.provoke(server, b"n")
            self.assertEqual(server.stop(), 0)
            self.assert_said(server, *(f"{SAID}number {n + 1}" for n in range(KINDS)),
                             "faulty-server: exceptions of further kinds are only counted",
                             f"faulty-server: {KINDS + 5} connections were ended by exceptions")

    def test_stopping_by_sigterm(self):
        if harness.settings.wine:
            self.skipTest("Wine ends a program that gets SIGTERM")
        if harness.settings.windows:
            self.skipTest("Windows has no signals")
        with Server() as server:
            self.provoke(server, b"e")
            self.assertEqual(server.stop(signal.SIGTERM), 0)

    def test_a_thread_that_cannot_be_started(self):
        if harness.settings.wine or harness.settings.windows or harness.settings.one_at_a_time():
            self.skipTest("needs threads, and stacks for them that are too large")
        words = [*harness.settings.command, "--engine", harness.settings.engine, "--listen", "127.0.0.1:0"]
        done = subprocess.run([*words, "--threads", "2"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=harness.PATIENCE, check=False, env=os.environ | {"PIER_TEST_NO_THREADS": "1"})
        self.assertEqual((done.returncode, done.stdout), (1, "stopped\n"), done.stderr)
        self.assertRegex(done.stderr, r"\Afaulty-server: a thread can't be started \(0 have been, .*\): .+\n\Z")

    def test_no_memory_to_start_with(self):
        """Allocations of the start are refused, whichever thread makes them: every seventh, and others for each engine."""
        if harness.settings.one_at_a_time() or harness.settings.system() != "linux":
            self.skipTest("needs two threads, and processes that start quickly")
        words = ["--engine", harness.settings.engine, "--listen", "127.0.0.1:0", "--threads", "2"]
        for refused in range(1 + zlib.crc32(harness.settings.engine.encode()) % 7, 2000, 7):
            with tempfile.TemporaryFile("w+") as said, \
                    harness.start(*words, env=os.environ | {"PIER_TEST_REFUSE": str(refused)}, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=said, text=True) as server:
                first = server.stdout.readline()
                asked = first.startswith("listening")
                if asked:
                    harness.send_signal(server, signal.SIGINT)
                # Not by communicate(): readline() may have read what follows its line, too, and keeps it.
                output = server.stdout.read()
                server.wait(harness.PATIENCE)
                said.seek(0)
                complaint = said.read()
            if "uncounted" in output:
                self.skipTest("the thread sanitizer's operator new can't be replaced")
            if "refused" not in first + output:
                self.assertEqual((server.returncode, output), (0, "stopped\n"), complaint)
                self.assertGreater(refused, 20)
                return
            with self.subTest(refused=refused):
                if server.returncode != 0:
                    # One that has failed behind its line heeds no signal any more, so ours may end it before it exits.
                    self.assertIn(server.returncode, (1, -signal.SIGINT) if asked else (1,), complaint)
                    self.assertIn("memory", complaint)
        self.fail("the server allocates without end")

    def server_with_an_answer_underway(self, stack):
        """A server of three threads, and its connection to one that isn't main()'s; the others are idle."""
        if harness.settings.one_at_a_time():
            self.skipTest("one connection at a time")
        server = stack.enter_context(Server("--threads", "3"))
        for _ in range(200):
            client = stack.enter_context(server.connect())
            if self.ask(client, b"w") == b"o":
                return server, client
            client.close()
        raise AssertionError("all connections came to the same thread")

    def test_a_connection_may_end_by_itself(self):
        """In its grace, which is long here: on a busy machine the echo server's could be over before the client asks."""
        with Server() as server, server.connect() as client:
            self.assertEqual(self.ask(client, b"a"), b"a")
            server.send_signal(signal.SIGINT)
            if not harness.settings.one_at_a_time():  # its listener stays until the connection has ended
                self.wait_until_it_refuses(server)
            self.assertEqual(self.ask(client, b"a"), b"a")
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(client.recv(1), b"")
            self.assertEqual(server.wait(), 0)

    def wait_until_it_refuses(self, server):
        def refuses():
            try:
                server.connect().close()
            except (ConnectionRefusedError, ConnectionResetError):
                return True
            return False

        harness.wait_for(refuses, "new connections are refused")

    def test_the_grace_is_every_threads_own(self):
        with contextlib.ExitStack() as stack:
            server, client = self.server_with_an_answer_underway(stack)
            server.send_signal(signal.SIGINT)
            self.wait_until_it_refuses(server)
            for _ in range(100):  # the idle threads have ended long since
                self.assertEqual(self.ask(client, b"a"), b"a")
            client.close()
            self.assertEqual(server.wait(), 0)

    def test_the_second_request_ends_every_threads_grace(self):
        with contextlib.ExitStack() as stack:
            server, client = self.server_with_an_answer_underway(stack)
            server.send_signal(signal.SIGINT)
            self.wait_until_it_refuses(server)
            self.assertEqual(self.ask(client, b"a"), b"a")
            self.assertEqual(server.stop(signal.SIGINT), 0)
            self.assert_ended(client)

    def test_two_servers_with_threads_do_not_share_a_port(self):
        if harness.settings.one_at_a_time():
            self.skipTest("one thread")
        with Server("--threads", "2") as server:
            for threads in ("2", "1"):
                status, output, complaint = harness.run("--engine", harness.settings.engine, "--threads", threads,
                                                        "--listen", f"127.0.0.1:{server.port}")
                self.assertEqual((status, output), (1, "stopped\n"), complaint)
                self.assertRegex(complaint, "address in use")
            self.assert_serves(server)

    def test_all_threads_are_used(self):
        if harness.settings.one_at_a_time():
            self.skipTest("one thread")
        with contextlib.ExitStack() as stack:
            server, _ = self.server_with_an_answer_underway(stack)
            if harness.settings.wine or harness.settings.windows:
                return  # main()'s thread deals
            for _ in range(200):
                with server.connect() as client:
                    if self.ask(client, b"w") == b"m":
                        return
            self.fail("main()'s thread serves nobody")

    def test_afterwards_signals_do_what_they_did_before(self):
        if harness.settings.windows:
            self.skipTest("Windows has no signals")
        for number in (signal.SIGINT, signal.SIGTERM):
            if harness.settings.wine and number == signal.SIGTERM:
                continue  # Wine ends a program that gets it
            with self.subTest(number=number), Server(stdin=subprocess.PIPE) as server:
                server.send_signal(signal.SIGINT)
                self.assertEqual(server.next_line(), "stopped")
                self.assertTrue(server.runs())
                server.send_signal(number)
                status = server.wait(harness.PATIENCE)
                if harness.settings.system() == "wine-10":
                    self.assertEqual(status, 0x3A)  # the lowest byte of STATUS_CONTROL_C_EXIT
                elif not harness.settings.wine:  # Wine 8 ends a program with status 0
                    self.assertEqual(status, -number)


if __name__ == "__main__":
    harness.main()
