"""The models of a server with child processes: process, prefork.

    processes.py --engine=NAME [Process|Prefork] -- COMMAND...

Their engine is the one that blocks, where they are not told another one.
"""

import contextlib
import os
import signal
import threading
import time

from common import (DATA, DIGEST, Bounded, Server, Side, State, children, harness, lives, model_server, transferred,
                    unprivileged)


class Processes:
    """Of models with child processes."""

    def setUp(self):
        if harness.settings.system() != "linux":
            self.skipTest("no fork on this system")

    def wait_for_children(self, server, count):
        harness.wait_for(lambda: len(children(server.pid)) == count, f"{count} children")
        return children(server.pid)

    def test_the_end_of_the_parent_is_the_end_of_all(self):
        with self.server() as server, contextlib.ExitStack() as stack:
            for _ in range(2):
                harness.echo(stack.enter_context(server.connect()))
            below = children(server.pid)
            self.assertGreaterEqual(len(below), 2)
            server.send_signal(signal.SIGKILL)
            harness.wait_for(lambda: not any(lives(pid) for pid in below), "nothing is left", 2)

    def test_a_signal_for_all_of_them_is_one_request(self):
        """As a terminal sends it, or a service manager: the children leave it to their parent, and the grace is whole."""
        with self.server() as server, server.connect() as client:
            harness.echo(client)
            started = time.monotonic()
            for pid in [*children(server.pid), server.pid]:
                os.kill(pid, signal.SIGINT)
            harness.echo(client)
            self.assertEqual(server.wait(), 0)
            self.assertGreater(time.monotonic() - started, 0.4)

    def test_a_stopped_child_is_killed_in_the_end(self):
        with self.server() as server, server.connect() as client:
            harness.echo(client)
            for pid in children(server.pid):
                os.kill(pid, signal.SIGSTOP)
            server.send_signal(signal.SIGINT)
            server.send_signal(signal.SIGINT)
            self.assertEqual(server.wait(harness.PATIENCE), 0)


class Process(Processes, Bounded, Side, harness.TestCase):
    model = "process"
    bound = "--max-children"

    def test_another_name(self):
        with Server(engine="fork") as server:
            harness.echo_once(server)

    def test_each_client_has_a_process(self):
        with self.server() as server:
            self.assertEqual(children(server.pid), [])
            with contextlib.ExitStack() as stack:
                for _ in range(5):
                    harness.echo(stack.enter_context(server.connect()))
                for pid in self.wait_for_children(server, 5):
                    # Its standard streams, its client, and its loop.
                    self.assertEqual(len(os.listdir(f"/proc/{pid}/fd")), 5)
            self.wait_for_children(server, 0)

    def test_a_child_is_killed_in_mid_transfer(self):
        with self.server() as server, contextlib.ExitStack() as stack:
            state = State(server)
            clients = [stack.enter_context(server.connect()) for _ in range(4)]
            for client in clients:
                harness.echo(client)
            digests = [None] * len(clients)

            def transfer(index):
                digests[index] = transferred(clients[index])
            threads = [threading.Thread(target=transfer, args=(index,)) for index in range(1, len(clients))]
            # The first one's: it is in the middle of an echo that nobody reads.
            clients[0].setblocking(False)
            with contextlib.suppress(BlockingIOError):
                clients[0].sendall(DATA)
            victim = children(server.pid)[0]
            for thread in threads:
                thread.start()
            os.kill(victim, signal.SIGKILL)
            for thread in threads:
                thread.join(harness.PATIENCE)
            self.assertEqual(digests[1:], [DIGEST] * 3)
            harness.echo_once(server)
            state.wait_until_as_before()
            self.assertIn("ended by signal 9", server.complaints())
            self.assertEqual(len(server.complaints().splitlines()), 1)

    def test_out_of_processes(self):
        with self.server(before=unprivileged(4)) as server:
            self.expect_shortage(server)


class Prefork(Processes, Side, harness.TestCase):
    model = "prefork"
    words = ("--workers", "3")

    def test_a_worker_that_dies_has_a_successor(self):
        with self.server() as server, contextlib.ExitStack() as stack:
            first = self.wait_for_children(server, 3)
            clients = [stack.enter_context(server.connect()) for _ in range(2)]
            for client in clients:
                harness.echo(client)
            state = State(server)
            for pid in first:
                os.kill(pid, signal.SIGKILL)
            harness.wait_for(lambda: len(set(children(server.pid)) - set(first)) == 3, "three others")
            for client in clients:
                with contextlib.suppress(ConnectionError):
                    self.assertEqual(client.recv(1), b"")
            harness.echo_once(server)
            state.wait_until_as_before()
            self.assertEqual(server.complaints().count("ended with signal 9"), 3)

    def test_others_go_on_when_one_is_killed(self):
        with self.server() as server, server.connect() as first, server.connect() as second:
            harness.echo(first)
            harness.echo(second)
            idle = self.idle_of(server)
            self.assertEqual(len(idle), 1)
            os.kill(idle[0], signal.SIGKILL)
            self.assertEqual(transferred(first), DIGEST)
            self.assertEqual(transferred(second), DIGEST)

    def idle_of(self, server):
        """Those with no socket but the listener."""
        def sockets(pid):
            links = (os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd"))
            return sum(link.startswith("socket:") for link in links)
        return [pid for pid in children(server.pid) if sockets(pid) == 1]

    def test_who_dies_again_and_again_is_replaced_ever_later(self):
        with model_server("prefork", "--workers", "1") as server:
            victims = set()
            deaths = []
            for _ in range(4):
                harness.wait_for(lambda: set(children(server.pid)) - victims, "a successor")
                victim, = set(children(server.pid)) - victims
                os.kill(victim, signal.SIGKILL)
                victims.add(victim)
                deaths.append(time.monotonic())
            pauses = [later - sooner for sooner, later in zip(deaths, deaths[1:])]
            self.assertEqual(len(pauses), 3)
            self.assertGreater(pauses[1], 0.09)
            self.assertGreater(pauses[2], 0.19)
            harness.wait_for(lambda: len(children(server.pid)) == 1, "there is one again")
            harness.echo_once(server)

    def test_workers_with_an_event_engine_serve_many_each(self):
        with Server("--model", "prefork", "--workers", "2", listen=["127.0.0.1:0", "[::1]:0"]) as server:
            with contextlib.ExitStack() as stack:
                clients = [stack.enter_context(server.connect(number % 2)) for number in range(20)]
                for client in [*clients, *clients]:
                    harness.echo(client)
            self.assertEqual(server.stop(), 0)

    def test_out_of_processes(self):
        with model_server("prefork", "--workers", "5", before=unprivileged(5)) as server:
            harness.echo_once(server)
            self.assertIn("no more processes", server.complaints())
            self.assertEqual(len(server.complaints().splitlines()), 1, server.complaints())
            self.assert_idle(server)
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    harness.main()
