"""The end of a server: asked by a signal (on Windows by its event, or by Ctrl-Break) it ends soon and well, whatever its connections do, and its port is free."""

import contextlib
import signal

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
        if harness.settings.windows:
            self.skipTest("Windows has no signals")
        self.stop_with_connections(signal.SIGTERM)

    def test_ctrl_break(self):
        if not harness.host.CAN_SEND_CTRL_BREAK:
            self.skipTest("no console of Windows from which that key could come")
        self.stop_with_connections(signal.CTRL_BREAK_EVENT)

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


if __name__ == "__main__":
    harness.main()
