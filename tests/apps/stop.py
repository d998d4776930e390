"""The end of a server: asked by a signal it ends soon and well, whatever its connections do, and its port is free."""

import contextlib
import signal
import socket

import harness
from harness import Server


class Stop(harness.TestCase):
    def stop_with_connections(self, number):
        with Server() as server, contextlib.ExitStack() as stack:
            # The first one has been served, and the server closes it first; the second one does not read.
            served = stack.enter_context(server.connect())
            harness.echo(served)
            if harness.settings.one_at_a_time():
                waiting = [stack.enter_context(server.connect()) for _ in range(3)]
            else:
                stalled = stack.enter_context(server.connect())
                stalled.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    while True:
                        stalled.send(bytes(1 << 16))
                waiting = [stack.enter_context(server.connect()) for _ in range(10)]
                for client in waiting:
                    harness.echo(client)
            self.assertEqual(server.stop(number), 0)
            self.assertEqual(server.complaints(), "")
            for client in [served, *waiting]:
                self.assert_ended(client)
            with Server(listen=[f"127.0.0.1:{server.port}"]) as successor:
                harness.echo_once(successor)

    def assert_ended(self, client):
        with contextlib.suppress(ConnectionError):
            self.assertEqual(client.recv(1), b"")

    def test_sigint(self):
        self.stop_with_connections(signal.SIGINT)

    def test_sigterm(self):
        if harness.settings.wine:
            self.skipTest("Wine ends a program that gets SIGTERM")
        self.stop_with_connections(signal.SIGTERM)

    def test_without_connections(self):
        with Server() as server:
            self.assertEqual(server.stop(signal.SIGINT), 0)

    def test_two_requests(self):
        with Server() as server, server.connect() as client:
            harness.echo(client)
            server.send_signal(signal.SIGINT)
            self.assertEqual(server.stop(signal.SIGINT), 0)

    def test_with_two_threads(self):
        if harness.settings.one_at_a_time():
            self.skipTest("one connection at a time")
        with Server("--threads", "2") as server, contextlib.ExitStack() as stack:
            for _ in range(8):
                harness.echo(stack.enter_context(server.connect()))
            self.assertEqual(server.stop(signal.SIGINT), 0)

    def test_a_connection_may_end_by_itself(self):
        with Server() as server, server.connect() as client:
            harness.echo(client)
            server.send_signal(signal.SIGINT)
            if not harness.settings.one_at_a_time():  # its listener stays until the connection has ended
                harness.wait_for(lambda: self.refuses(server), "new connections are refused")
            # In its grace: the server ends as soon as this one has.
            harness.echo(client)
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(client.recv(1), b"")
            self.assertEqual(server.wait(), 0)

    def refuses(self, server):
        try:
            server.connect().close()
        except (ConnectionRefusedError, ConnectionResetError):  # a reset: the listener ended amid the handshake
            return True
        return False


if __name__ == "__main__":
    harness.main()
