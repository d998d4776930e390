"""The models of a server with child processes: process, prefork.

    processes.py --engine=NAME [Process|Prefork] -- COMMAND...

Their engine is the one that blocks, where they are not told another one.
"""

import contextlib
import hashlib
import os
import signal
import sys
import threading
import time

import seen
from common import DATA, DIGEST, Bounded, Server, Side, State, harness, model_server, on_linux, transferred, unprivileged
from seen import children


# Words before a command, as a launcher that blocks the signal and forgets about it.
WITH_CHILD_ENDS_BLOCKED = (sys.executable, "-c", "import os, signal, sys; "
                           "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD}); "
                           "os.execv(sys.argv[1], sys.argv[1:])")


class Processes:
    """Of models with child processes."""

    def wait_for_children(self, server, count):
        harness.wait_for(lambda: len(children(server)) == count, f"{count} children")
        return children(server)

    def test_the_end_of_the_parent_is_the_end_of_all(self):
        with self.server() as server, contextlib.ExitStack() as stack:
            for _ in range(2):
                harness.echo(stack.enter_context(server.connect()))
            server_seen = seen.Seen(server)
            self.assertGreaterEqual(len(server_seen.children), 2)
            seen.end(server_seen.pid)
            harness.wait_for(lambda: seen.nothing_runs(server), "nothing is left")

    def test_a_signal_for_all_of_them_is_one_request(self):
        """As a terminal sends it, or a service manager: the children leave it to their parent, and the grace is whole."""
        with self.server() as server, server.connect() as client:
            harness.echo(client)
            started = time.monotonic()
            if on_linux():
                everybody = [*children(server), server.pid]
            elif harness.settings.wine:
                everybody = seen.unix_processes(server)  # to each of which Wine brings it as a Ctrl-C
            else:
                self.skipTest("here only a key of a console reaches processes that are each a group of their own")
            self.assertGreaterEqual(len(everybody), 2)
            for pid in everybody:
                os.kill(pid, signal.SIGINT)
            harness.echo(client)
            self.assertEqual(server.wait(), 0)
            self.assertGreater(time.monotonic() - started, 0.4)

    def test_a_child_that_dies_is_seen_also_where_its_signal_was_blocked_at_the_start(self):
        if not on_linux():
            self.skipTest("no signals there")
        with self.server(before=WITH_CHILD_ENDS_BLOCKED) as server:
            with server.connect() as client:
                harness.echo(client)
                victim = children(server)[0]
                seen.end(victim)
                harness.wait_for(lambda: victim not in children(server), "it has been reaped")
            harness.echo_once(server)
            self.assertEqual(server.stop(), 0)

    def test_a_stopped_child_is_killed_in_the_end(self):
        with self.server() as server, server.connect() as client:
            harness.echo(client)
            for pid in children(server):
                seen.suspend(pid)
            server.send_signal(signal.SIGINT)
            server.send_signal(signal.SIGINT)
            self.assertEqual(server.wait(harness.PATIENCE), 0)


class Process(Processes, Bounded, Side, harness.TestCase):
    model = "process"
    bound = "--max-children"

    def test_another_name(self):
        if not on_linux():
            self.skipTest("nothing forks there")
        with Server(engine="fork") as server:
            harness.echo_once(server)

    def test_each_client_has_a_process(self):
        with self.server() as server:
            self.assertEqual(children(server), [])
            with contextlib.ExitStack() as stack:
                for _ in range(5):
                    harness.echo(stack.enter_context(server.connect()))
                for pid in self.wait_for_children(server, 5):
                    if not on_linux():
                        continue
                    # Its standard streams, its client, and its loop.
                    self.assertEqual(len(os.listdir(f"/proc/{pid}/fd")), 5)
            self.wait_for_children(server, 0)

    def test_on_the_engine_of_others(self):
        with Server("--model", "process") as server, server.connect() as first, server.connect() as second:
            for client in (first, second, first):
                harness.echo(client)
            second.close()
            self.assertEqual(transferred(first), DIGEST)

    def test_a_child_is_killed_in_mid_transfer(self):
        with self.server() as server, contextlib.ExitStack() as stack:
            state = State(server)
            clients = [stack.enter_context(server.connect())]
            harness.echo(clients[0])
            victim, = children(server)
            clients += [stack.enter_context(server.connect()) for _ in range(3)]
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
            for thread in threads:
                thread.start()
            seen.end(victim)
            for thread in threads:
                thread.join(harness.PATIENCE)
            self.assertEqual(digests[1:], [DIGEST] * 3)
            harness.echo_once(server)
            state.wait_until_as_before()
            self.assertIn(seen.how_ended(), server.complaints())
            self.assertEqual(len(server.complaints().splitlines()), 1)

    def test_out_of_processes(self):
        if not on_linux():
            self.skipTest("nothing limits a program's processes there")
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
                seen.end(pid)
            harness.wait_for(lambda: len(set(children(server)) - set(first)) == 3, "three others")
            for client in clients:
                with contextlib.suppress(ConnectionError):
                    self.assertEqual(client.recv(1), b"")
            harness.echo_once(server)
            state.wait_until_as_before()
            self.assertEqual(server.complaints().count(f"ended with {seen.how_ended()}"), 3)

    def test_others_go_on_when_one_is_killed_in_mid_transfer(self):
        first = DATA[:1 << 16]
        with self.server() as server, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(server.connect()) for _ in range(3)]
            for client in clients:
                harness.echo(client)
            for client in clients:
                client.sendall(first)
            seen.end(children(server)[0])
            digests = [None] * len(clients)

            def transfer(index):
                digests[index] = transferred(clients[index])
            threads = [threading.Thread(target=transfer, args=(index,)) for index in range(len(clients))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(harness.PATIENCE)
            self.assertEqual(digests.count(hashlib.sha256(first + DATA).hexdigest()), 2)
            harness.echo_once(server)

    def test_an_idle_one_that_is_killed_costs_nobody(self):
        if not on_linux():
            self.skipTest("nobody tells there which one is idle")
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
        return [pid for pid in children(server) if sockets(pid) == 1]

    def test_who_dies_again_and_again_is_replaced_ever_later(self):
        """Not who has lived for a while, which on a busy machine anybody may have before the test sees it: so it tries again."""
        for _ in range(4):
            with model_server("prefork", "--workers", "1") as server:
                pauses = self.pauses_between_deaths(server, 4)
                self.assertEqual(len(pauses), 3)
                harness.wait_for(lambda: len(children(server)) == 1, "there is one again")
                harness.echo_once(server)
            if pauses[1] > 0.09 and pauses[2] > 0.19:
                return
        self.fail(f"the last pauses: {pauses}")

    def pauses_between_deaths(self, server, count):
        """Of the only worker and its successors, each of which dies as soon as it is seen."""
        if not on_linux():
            return [pause / 1000 for pause, in seen.asked("end-again", seen.Seen(server).pid, count, seconds=90)]
        victims = set()
        deaths = []
        for _ in range(count):
            harness.wait_for(lambda: set(children(server)) - victims, "a successor")
            victim, = set(children(server)) - victims
            seen.end(victim)
            victims.add(victim)
            deaths.append(time.monotonic())
        return [later - sooner for sooner, later in zip(deaths, deaths[1:])]

    def test_workers_with_an_event_engine_serve_many_each(self):
        with Server("--model", "prefork", "--workers", "2", listen=["127.0.0.1:0", "[::1]:0"]) as server:
            with contextlib.ExitStack() as stack:
                clients = [stack.enter_context(server.connect(number % 2)) for number in range(20)]
                for client in [*clients, *clients]:
                    harness.echo(client)
            self.assertEqual(server.stop(), 0)

    def test_out_of_processes(self):
        if not on_linux():
            self.skipTest("nothing limits a program's processes there")
        with model_server("prefork", "--workers", "5", before=unprivileged(5)) as server:
            harness.echo_once(server)
            self.assertIn("no more processes", server.complaints())
            self.assertEqual(len(server.complaints().splitlines()), 1, server.complaints())
            self.assert_idle(server)
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    harness.main()
