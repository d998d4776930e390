"""As many clients at once as an engine promises: each is served while all of them are there, and once more."""

import contextlib

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
            idle = server.descriptors()
            clients = []
            while len(clients) < count:
                batch = [server.connect() for _ in range(min(BATCH, count - len(clients)))]
                for client in batch:
                    # By a reset: thousands of ports in TIME_WAIT would leave other tests few to bind.
                    stack.callback(harness.reset, client)
                self.echo(batch, "hello")
                clients += batch
            if idle is not None:
                self.assertGreaterEqual(server.descriptors(), idle + count - harness.host.SLACK)
            self.echo(clients, "all are here")
            self.echo(clients[::-1], "still here")
            self.assertEqual(server.complaints(), "")
            stack.close()
            server.wait_for_descriptors(idle)
            harness.echo_once(server)
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.complaints(), "")

    def echo(self, clients, word):
        """All of them ask before the first answer is read."""
        questions = [f"{word} {number}".encode() for number in range(len(clients))]
        for client, question in zip(clients, questions, strict=True):
            client.sendall(question)
        # One after the other: Python's select takes 512 sockets on Windows.
        for number, (client, question) in enumerate(zip(clients, questions, strict=True)):
            try:
                self.assertEqual(harness.receive_exactly(client, len(question)), question)
            except TimeoutError:
                self.fail(f"client {number} of {len(clients)} is not served")


if __name__ == "__main__":
    harness.main()
