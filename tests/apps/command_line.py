"""What the echo server makes of its command line: statuses and sentences."""

import os
import signal
import socket
import subprocess
import unittest.mock

import harness
from harness import Server

NAME = "pier-echo-server"
MODELS = ["event", "iterative", "thread", "pool", "process", "prefork"]


class CommandLine(harness.TestCase):
    def assert_refused(self, status, *arguments):
        """Ends with this status and one sentence, which is given back."""
        got, output, complaint = harness.run(*arguments)
        self.assertEqual((got, output), (status, ""), complaint)
        self.assertEqual(len(complaint.splitlines()), 1, complaint)
        self.assertTrue(complaint.startswith(f"{NAME}: "), complaint)
        return complaint

    def test_help(self):
        output = self.help_for_people()
        for group in ("Connections:", "Engine:", "Model:", "Other:"):
            self.assertIn(group, output.splitlines())
        self.assertRegex(output, r"(?m)^  --threads N  +loops")
        for option in ("--engine", "--list-engines", "--listen", "--model", "--threads", "--version"):
            self.assertIn(option, output)

    def test_version(self):
        status, output, complaint = harness.run("--version")
        self.assertEqual((status, complaint), (0, ""))
        self.assertRegex(output, rf"^{NAME} \d+\.\d+\.\d+$")

    def listed(self):
        """The two lists of --list-engines, engines and models: each name with its sentence."""
        status, output, complaint = harness.run("--list-engines")
        self.assertEqual((status, complaint), (0, ""))
        lists = [part.splitlines() for part in output.split("\n\n")]
        self.assertEqual([part[0].split(",")[0] for part in lists], ["Engines", "Models"])
        return [dict(line.split(": ", 1) for line in part[1:]) for part in lists]

    def test_lists_of_engines_and_models(self):
        engines, models = self.listed()
        self.assertIn(harness.settings.engine, engines)
        self.assertEqual(list(models), MODELS)
        self.assertNotIn("", [*engines.values(), *models.values()])

    def test_wrong_usage(self):
        for arguments in (["--nonsense"], ["stray"], ["--threads", "0"], ["--threads", "many"], ["--listen"],
                          ["--listen", "nowhere"], ["--listen", "127.0.0.1"], ["--listen", "127.0.0.1:65536"],
                          ["--listen", "::1:7000"], ["--engine"]):
            with self.subTest(arguments=arguments):
                self.assert_refused(2, *arguments)

    def test_an_unknown_engine(self):
        complaint = self.assert_refused(2, "--engine", "perpetuum-mobile")
        for engine in self.listed()[0]:
            self.assertIn(engine, complaint)

    def test_an_unknown_model(self):
        for name in ("perpetuum-mobile", ""):
            complaint = self.assert_refused(2, "--model", name)
            for model in MODELS:
                self.assertIn(model, complaint)

    def test_an_empty_name_is_no_engine(self):
        complaint = self.assert_refused(2, "--engine", "")
        self.assertIn(harness.settings.engine, complaint)

    def test_a_missing_value(self):
        for option in ("--engine", "--listen", "--threads"):
            self.assertEqual(self.assert_refused(2, option), f"{NAME}: {option}: its value is missing; see --help\n")

    def test_an_argument_that_nobody_expects(self):
        for arguments in (["--nonsense", "x"], ["stray"], ["-x"], ["--listen", "127.0.0.1:0", "127.0.0.1:0"]):
            first = arguments[0] if arguments[0] != "--listen" else arguments[2]
            self.assertEqual(self.assert_refused(2, *arguments), f'{NAME}: unexpected argument "{first}"; see --help\n')

    def test_an_option_given_twice(self):
        complaint = self.assert_refused(2, "--threads", "1", "--threads", "2")
        self.assertEqual(complaint, f"{NAME}: --threads: it can be given only once; see --help\n")

    def test_an_address_is_not_a_list(self):
        for text in ("[127.0.0.1:0,127.0.0.1:0]", "[127.0.0.1:0]", "[,]", "[]"):
            self.assertIn(f'"{text}"', self.assert_refused(2, "--listen", text))

    def test_addresses_that_can_be_read_but_not_used(self):
        for address, sentence in (("[::1%9999]:0", "only a link-local address has a zone"),
                                  ("[fe80::1%no-such]:0", "no such network interface")):
            self.assertIn(sentence, self.assert_refused(2, "--listen", address))
        self.assertIn("write it as IPv4", self.assert_refused(1, "--listen", "[::ffff:127.0.0.1]:0"))

    def test_names(self):
        with harness.Server(listen=["*:0"]) as server:
            self.assertEqual(server.names[0][0], "0.0.0.0")
        with harness.Server(listen=["localhost:0"]) as server:
            self.assertIn(server.names[0][0], ("127.0.0.1", "::1"))
            harness.echo_once(server)
        self.assertIn("service not found", self.assert_refused(2, "--listen", "localhost:no-such-service"))
        self.assertIn("behind the colon there is no port", self.assert_refused(2, "--listen", "*:"))
        self.assertIn("a port is a number up to 65535", self.assert_refused(2, "--listen", "localhost:65536"))

    def test_control_characters_stay_away_from_the_terminal(self):
        for arguments in (["--engine", "\x1b[31m\n"], ["--listen", "\x1b[31m\n"], ["--\x1b[31m\n"]):
            self.assertIn(r"\x1b[31m\n", self.assert_refused(2, *arguments))

    def test_output_that_cannot_be_written(self):
        for argument in ("--help", "--version", "--list-engines"):
            for output, opened in harness.unwritable_outputs():
                with self.subTest(argument=argument, output=output), opened() as stdout:
                    status, complaint = harness.run_into(stdout, argument)
                    self.assertEqual((status, complaint), (1, f"{NAME}: the output can't be written\n"))

    def test_a_server_that_cannot_announce_itself_serves(self):
        for output, opened in harness.unwritable_outputs():
            with self.subTest(output=output), opened() as stdout, harness.start(
                    "--listen", "127.0.0.1:0", stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                    encoding="utf-8") as server:
                try:
                    self.assertEqual(server.stderr.readline(), f"{NAME}: the output can't be written\n")
                    harness.send_signal(server, signal.SIGINT)
                    self.assertEqual(server.wait(harness.PATIENCE), 0)
                finally:
                    server.kill()

    def test_a_preset_names_a_model_of_a_server(self):
        with Server(engine="iterative") as server:
            harness.echo_once(server)
        self.assertIn("blocking engine", self.assert_refused(2, "--engine", "iterative", "--threads", "2"))

    def test_a_model_beside_an_engine(self):
        for arguments in (["--model", "iterative"], ["--engine", "iterative", "--model", "iterative"],
                          ["--model", "iterative", "--engine", "blocking"]):
            with self.subTest(arguments=arguments):
                status, output, complaint = harness.run(*arguments, "--listen", "0.0.0.0.0:1")
                self.assertEqual((status, output), (2, ""))
                self.assertIn("0.0.0.0.0:1", complaint)  # so all before it was right

    def test_a_model_that_does_not_go_with_an_engine(self):
        for arguments, words in (
                (["--model", "event", "--engine", "blocking"], "many clients on a loop"),
                (["--model", "event", "--engine", "iterative"], "--model says event"),
                (["--engine", "event"], "no engine"),
                (["--engine", "thread", "--model", "pool"], "--model says pool")):
            with self.subTest(arguments=arguments):
                self.assertIn(words, self.assert_refused(2, *arguments))

    def test_an_option_of_another_model(self):
        for model, option in (("event", "--max-threads"), ("thread", "--workers"), ("thread", "--threads"),
                              ("pool", "--max-children"), ("iterative", "--threads")):
            with self.subTest(model=model, option=option):
                self.assertIn(f"has no {option}", self.assert_refused(2, "--model", model, option, "2"))

    def test_a_model_that_has_one_listener(self):
        for model in ("thread", "pool"):
            with self.subTest(model=model):
                self.assertIn("one --listen", self.assert_refused(
                    2, "--model", model, "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"))

    def test_the_other_name_of_process_where_there_is_no_fork(self):
        engines, _ = self.listed()
        if "iocp" not in engines:  # the program's system, which is not the script's when that runs as on Windows
            self.skipTest("there is one")
        self.assertIn("no engine", self.assert_refused(2, "--engine", "fork"))

    def test_a_parent_that_is_none(self):
        """Where processes are started again they find their parent by a variable, which a user may have set."""
        engines, _ = self.listed()
        if "iocp" not in engines:
            self.skipTest("processes are forks there")
        for value in ("yes", "4 8"):
            with unittest.mock.patch.dict(os.environ, PIER_PARENT=value):
                self.assertIn("PIER_PARENT", self.assert_refused(2, "--model", "process", "--listen", "127.0.0.1:0"))

    def test_one_at_a_time_and_several_threads_or_addresses(self):
        self.assert_refused(2, "--engine", "blocking", "--threads", "2")
        self.assert_refused(2, "--engine", "blocking", "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0")

    def test_an_address_in_use(self):
        with Server() as server:
            complaint = self.assert_refused(1, "--engine", harness.settings.engine, "--listen",
                                            f"127.0.0.1:{server.port}")
            self.assertIn(f"127.0.0.1:{server.port}", complaint)
            self.assertIn("in use", complaint)
            self.assertIn("port 0 for a free one", complaint)
            self.assertRegex(complaint, r"\((WSA)?EADDRINUSE\)")
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
        self.assertIn("is it one of this machine's addresses?", complaint)
        if harness.settings.engine != "uv" or harness.settings.system() == "linux":
            self.assertRegex(complaint, r"\((WSA)?EADDRNOTAVAIL\)")


if __name__ == "__main__":
    harness.main()
