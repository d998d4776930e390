"""What the echo server makes of its command line: statuses and sentences."""

import socket

import harness
from harness import Server

NAME = "pier-echo-server"


class CommandLine(harness.TestCase):
    def assert_refused(self, status, *arguments):
        """Ends with this status and one sentence, which is given back."""
        got, output, complaint = harness.run(*arguments)
        self.assertEqual((got, output), (status, ""), complaint)
        self.assertEqual(len(complaint.splitlines()), 1, complaint)
        self.assertTrue(complaint.startswith(f"{NAME}: "), complaint)
        return complaint

    def test_help(self):
        status, output, complaint = harness.run("--help")
        self.assertEqual((status, complaint), (0, ""))
        for option in ("--engine", "--list-engines", "--listen", "--threads", "--version"):
            self.assertIn(option, output)

    def test_version(self):
        status, output, complaint = harness.run("--version")
        self.assertEqual((status, complaint), (0, ""))
        self.assertRegex(output, rf"^{NAME} \d+\.\d+\.\d+$")

    def test_list_of_engines(self):
        status, output, complaint = harness.run("--list-engines")
        self.assertEqual((status, complaint), (0, ""))
        self.assertIn(harness.settings.engine, [line.split(": ")[0] for line in output.splitlines()])

    def test_wrong_usage(self):
        for arguments in (["--nonsense"], ["stray"], ["--threads", "0"], ["--threads", "many"], ["--listen"],
                          ["--listen", "nowhere"], ["--listen", "127.0.0.1"], ["--listen", "127.0.0.1:65536"],
                          ["--listen", "::1:7000"], ["--engine"]):
            with self.subTest(arguments=arguments):
                self.assert_refused(2, *arguments)

    def test_an_unknown_engine(self):
        complaint = self.assert_refused(2, "--engine", "perpetuum-mobile")
        _, output, _ = harness.run("--list-engines")
        for engine in output.splitlines():
            self.assertIn(engine.split(": ")[0], complaint)

    def test_one_at_a_time_and_several_threads_or_addresses(self):
        self.assert_refused(2, "--engine", "iterative", "--threads", "2")
        self.assert_refused(2, "--engine", "iterative", "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0")

    def test_an_address_in_use(self):
        with Server() as server:
            complaint = self.assert_refused(1, "--engine", harness.settings.engine, "--listen",
                                            f"127.0.0.1:{server.port}")
            self.assertIn(f"127.0.0.1:{server.port}", complaint)
            self.assertIn("in use", complaint)
            harness.echo_once(server)

    def test_an_address_of_another_program(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            self.assert_refused(1, "--listen", "127.0.0.1:%d" % other.getsockname()[1])

    def test_one_of_several_addresses_in_use(self):
        with Server() as server:
            self.assert_refused(1, "--listen", "127.0.0.1:0", "--listen", f"127.0.0.1:{server.port}")

    def test_an_address_of_another_machine(self):
        complaint = self.assert_refused(1, "--listen", "192.0.2.1:0")
        self.assertIn("192.0.2.1", complaint)


if __name__ == "__main__":
    harness.main()
