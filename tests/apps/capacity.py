"""As many clients at once as an engine promises: each is served while all of them are there, and once more."""

import contextlib
import selectors

import harness
from harness import Server

BATCH = 500   # connections that may wait to be accepted at a time: fewer than any backlog
SPARE = 100   # descriptors for everything else


class Capacity(harness.TestCase):
    def test_all_at_once(self):
        if harness.settings.one_at_a_time():
            self.skipTest("one connection at a time")
        count = harness.settings.connections
        harness.allow_descriptors(count + SPARE)
        with Server() as server, contextlib.ExitStack() as stack:
            idle = None if harness.settings.wine else server.descriptors()  # there sockets belong to the wineserver
            clients = []
            while len(clients) < count:
                batch = [server.connect() for _ in range(min(BATCH, count - len(clients)))]
                for client in batch:
                    # By a reset: thousands of ports in TIME_WAIT would leave other tests few to bind.
                    stack.callback(harness.reset, client)
                self.echo(batch, "hello")
                clients += batch
            if idle is not None:
                self.assertGreaterEqual(server.descriptors(), idle + count)
            self.echo(clients, "all are here")
            self.echo(clients[::-1], "still here")
            self.assertEqual(server.complaints(), "")
            stack.close()
            if idle is not None:
                harness.wait_for(lambda: server.descriptors() == idle, f"as many descriptors as before, {idle}")
            harness.echo_once(server)
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.complaints(), "")

    def echo(self, clients, word):
        """All of them ask before the first answer is read."""
        with selectors.DefaultSelector() as selector:
            for number, client in enumerate(clients):
                question = f"{word} {number}".encode()
                client.sendall(question)
                selector.register(client, selectors.EVENT_READ, question)
            while selector.get_map():
                ready = selector.select(harness.PATIENCE)
                self.assertTrue(ready, f"{len(selector.get_map())} of {len(clients)} clients are not served")
                for key, _ in ready:
                    answer = harness.receive_exactly(key.fileobj, len(key.data))
                    self.assertEqual(answer, key.data)
                    selector.unregister(key.fileobj)


if __name__ == "__main__":
    harness.main()
