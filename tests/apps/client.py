"""pier-echo-client as its user sees it: statuses and sentences."""

import contextlib
import socket
import threading

import harness

NAME = "pier-echo-client"


class EchoServer:
    """In this process, for the length of a `with` block."""

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=2000)
        self._ended = False
        self.name = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended = True
        socket.create_connection(self._listener.getsockname(), timeout=harness.PATIENCE).close()  # which ends the accept
        self._thread.join()
        self._listener.close()

    def _serve(self):
        while not self._ended:
            with contextlib.suppress(OSError):
                client, _ = self._listener.accept()
                with client:
                    while piece := client.recv(1 << 16):
                        client.sendall(piece)


class Client(harness.TestCase):
    def test_an_echo(self):
        with EchoServer() as server:
            status, output, complaint = harness.run("--engine", harness.settings.engine, "--connect", server.name,
                                                    "--message", "hello")
            self.assertEqual((status, complaint), (0, ""))
            self.assertEqual(output.splitlines()[0], "hello")

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            name = "127.0.0.1:%d" % taken.getsockname()[1]
        status, output, complaint = harness.run("--engine", harness.settings.engine, "--connect", name)
        self.assertEqual((status, output), (1, ""))
        self.assertTrue(complaint.startswith(f"{NAME}: connecting to {name}: connection refused ("), complaint)
        self.assertIn("is the server running", complaint)
        if "(native -" not in complaint:  # libuv's numbers on Windows have no name there
            self.assertRegex(complaint, r"\((WSA)?ECONNREFUSED\)")

    def test_a_server_by_its_name(self):
        """Which may have an address of IPv6, too, where nobody listens."""
        with EchoServer() as server:
            port = server.name.rsplit(":", 1)[1]
            status, output, complaint = harness.run("--engine", harness.settings.engine, "--connect", f"localhost:{port}",
                                                    "--message", "hello")
            self.assertEqual((status, complaint), (0, ""))
            self.assertEqual(output.splitlines()[0], "hello")

    def test_nobody_listens_at_any_address_of_a_name(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        status, output, complaint = harness.run("--engine", harness.settings.engine, "--connect", f"localhost:{port}")
        self.assertEqual((status, output), (1, ""))
        self.assertTrue(complaint.startswith(f"{NAME}: connecting to localhost:{port}: "), complaint)
        self.assertIn("connection refused (", complaint)
        self.assertEqual(len(complaint.splitlines()), 1, complaint)

    def test_texts_that_are_no_place(self):
        form = "not an address of the form 127.0.0.1:7000, [::1]:7000 or unix:/path, nor a name and a port such as"
        for text, sentence in (("localhost", form), (":7000", form), ("::1:7000", form), ("127.1:7000", form),
                               ("[localhost]:1", form), ("[localhost:1", form), ("two words:1", form),
                               ("localhost:", "behind the colon there is no port"),
                               ("localhost:65536", "a port is a number up to 65535"),
                               ("127.0.0.1:99999", "a port is a number up to 65535")):
            with self.subTest(text=text):
                status, output, complaint = harness.run("--engine", harness.settings.engine, "--connect", text)
                self.assertEqual((status, output), (2, ""))
                self.assertTrue(complaint.startswith(f'{NAME}: "{text}": {sentence}'), complaint)
        for text, sentence in (("localhost:no-such-service", "service not found"), ("a" * 254 + ":80", "host not found")):
            with self.subTest(text=text):
                status, output, complaint = harness.run("--engine", harness.settings.engine, "--connect", text)
                self.assertEqual((status, output), (1, ""))
                self.assertTrue(complaint.startswith(f"{NAME}: finding {text}: "), complaint)

    def test_help(self):
        output = self.help_for_people()
        self.assertRegex(output, r"(?m)^  --bytes SIZE  +of each message")
        self.assertRegex(output, r"(?m)^  --timeout SECONDS ")
        for group in ("Connections:", "Messages:", "Engine:", "Other:"):
            self.assertIn(group, output.splitlines())

    def test_a_size_that_is_none(self):
        status, output, complaint = harness.run("--bytes", "1Q")
        self.assertEqual((status, output), (2, ""))
        self.assertTrue(complaint.startswith(f"{NAME}: --bytes: "), complaint)
        self.assertLess(len(complaint), 80, complaint)

    def test_an_empty_name_is_no_engine(self):
        status, output, complaint = harness.run("--engine", "")
        self.assertEqual((status, output), (2, ""))
        self.assertTrue(complaint.startswith(f'{NAME}: there is no engine ""'), complaint)

    def test_more_connections_than_select_can_watch(self):
        if harness.settings.engine != "select":
            self.skipTest("another engine")
        harness.allow_descriptors(1400)
        with EchoServer() as server:
            status, output, complaint = harness.run("--engine", "select", "--connect", server.name, "--connections",
                                                    "1100")
            self.assertEqual((status, output), (1, ""))
            self.assertTrue(complaint.startswith(f"{NAME}: connecting to {server.name}: too many open files"), complaint)
            self.assertEqual(len(complaint.splitlines()), 1, complaint)

    def test_output_that_cannot_be_written(self):
        for output, opened in harness.unwritable_outputs():
            with self.subTest(output=output), EchoServer() as server, opened() as stdout:
                status, complaint = harness.run_into(stdout, "--engine", harness.settings.engine, "--connect",
                                                     server.name, "--message", "hello")
                self.assertEqual((status, complaint), (1, f"{NAME}: the output can't be written\n"))


if __name__ == "__main__":
    harness.main()
