"""The models of a server in one process: event, iterative, thread, pool.

    threads.py --engine=NAME [Event|Iterative|Thread|Pool] -- COMMAND...

The engine is that of the model "event". The others run on the one that blocks, which is theirs by default.
"""

import contextlib

from common import Bounded, Everywhere, Server, Side, harness, has_a_sanitizers_thread, on_linux, unprivileged


class Event(Side, harness.TestCase):
    model = "event"


class Iterative(Everywhere, harness.TestCase):
    model = "iterative"

    def test_on_an_engine_that_could_serve_many(self):
        with Server("--model", "iterative", listen=["127.0.0.1:0", "127.0.0.1:0"]) as server:
            with server.connect(0) as first, server.connect(1) as second:
                harness.echo(first)
                self.assert_waits_for(first, second)


class Thread(Bounded, Side, harness.TestCase):
    model = "thread"
    bound = "--max-threads"

    def test_each_client_has_a_thread(self):
        with self.server() as server, contextlib.ExitStack() as stack:
            alone = server.threads()
            if alone is None or has_a_sanitizers_thread():
                self.skipTest("nobody counts threads there")
            for _ in range(5):
                harness.echo(stack.enter_context(server.connect()))
            self.assertEqual(server.threads(), alone + 5)

    def test_many_clients_at_once_and_few_descriptors(self):
        """The connections of some may take what the loops of others would need."""
        if not on_linux():
            self.skipTest("nothing limits a program's sockets there")
        for descriptors in (7, 8, 16):
            limit = ("sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh")
            with self.subTest(descriptors=descriptors), contextlib.ExitStack() as stack:
                server = stack.enter_context(self.server(before=limit))
                for _ in range(2):
                    clients = [stack.enter_context(server.connect()) for _ in range(30)]
                    for client in clients:
                        client.sendall(b"hello")
                    self.serve_one_after_the_other(clients)
                self.assertLessEqual(len(server.complaints().splitlines()), 2, server.complaints())

    def test_out_of_threads(self):
        if not on_linux():
            self.skipTest("nothing limits a program's threads there")
        with self.server(before=unprivileged(4)) as server:
            self.expect_shortage(server)

    def test_on_the_engine_of_others(self):
        with Server("--model", "thread") as server, server.connect() as first, server.connect() as second:
            for client in (first, second, first):
                harness.echo(client)


class Pool(Bounded, Side, harness.TestCase):
    model = "pool"
    bound = "--threads"
    words = ("--threads", "3")

    def test_threads_stay(self):
        with self.server() as server:
            alone = server.threads()
            for _ in range(10):
                harness.echo_once(server)
            self.assertEqual(server.threads(), alone)


if __name__ == "__main__":
    harness.main()
