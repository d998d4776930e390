"""pier-echo-client by UDP: against a server of this process that answers as the test says, so that what is lost, doubled,
late or of somebody else is known."""

import pathlib
import re
import socket
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import harness
from harness import settings

NAME = "pier-echo-client"
HEADER = 16


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def number_of(datagram):
    return int.from_bytes(datagram[8:HEADER], "big")


class Scripted:
    """For the length of a `with` block. `answers(datagram, sendings)` are what comes back for what has come, and how
    often that has come already."""

    def __init__(self, answers, strange=lambda datagram: ()):
        self._answers = answers
        self._strange = strange  # what somebody else sends the client at the same time
        self.seen = []

    def __enter__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.place = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", self._socket.getsockname())
        self._thread.join(harness.PATIENCE)
        self._socket.close()

    def _serve(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            while True:
                try:
                    datagram, name = self._socket.recvfrom(1 << 16)
                except ConnectionResetError:  # Windows, of a client that has gone
                    continue
                if datagram == b"end":
                    return
                for each in self._strange(datagram):
                    other.sendto(each, name)
                sendings = self.seen.count(datagram)
                self.seen.append(datagram)
                for each in self._answers(datagram, sendings):
                    self._socket.sendto(each, name)


def plain(datagram, _):
    return [datagram]


class Client(harness.TestCase):
    def run_client(self, place, *arguments):
        return harness.run("--engine", settings.engine, "--connect", place, "--udp", *arguments)

    def count_of(self, output):
        """The line of datagrams: sent, again, lost, late, twice, foreign."""
        line = next(line for line in output.splitlines() if line.startswith("datagrams "))
        return [int(word) for word in re.findall(r"\d+", line)]

    def test_a_plain_echo(self):
        for how in ((), ("--unconnected",)):
            for size in (16, 64, 1472, 65507):
                with self.subTest(how=how, size=size), Scripted(plain) as server:
                    status, output, complaint = self.run_client(server.place, "--count", "20", "--bytes", str(size), *how)
                    self.assertEqual((status, complaint), (0, ""))
                    self.assertEqual(self.count_of(output), [20, 0, 0, 0, 0, 0])
                    self.assertEqual([(len(each), number_of(each)) for each in server.seen],
                                     [(size, i) for i in range(20)])

    def test_several_sockets(self):
        with Scripted(plain) as server:
            status, output, complaint = self.run_client(server.place, "--count", "10", "--connections", "8")
            self.assertEqual((status, complaint), (0, ""))
            self.assertEqual(self.count_of(output)[0], 80)
            self.assertEqual(len({each[:8] for each in server.seen}), 8)  # each has a mark of its own

    def test_a_text(self):
        with Scripted(plain) as server:
            status, output, complaint = self.run_client(server.place, "--message", "hello")
            self.assertEqual((status, complaint), (0, ""))
            self.assertEqual((output.splitlines()[0], server.seen), ("hello", [b"hello"]))

    def test_lost_answers_are_asked_for_again(self):
        def answers(datagram, sendings):
            return [datagram] if sendings > 0 or number_of(datagram) % 2 == 0 else []

        with Scripted(answers) as server:
            status, output, complaint = self.run_client(server.place, "--count", "4", "--timeout", "0.3", "--resend", "5")
            self.assertEqual((status, complaint), (0, ""))
            again = self.count_of(output)[1]
            self.assertGreaterEqual(again, 2)
            self.assertEqual(len(server.seen), 4 + again)

    def test_lost_answers_are_counted(self):
        def answers(datagram, _):
            return [] if number_of(datagram) == 1 else [datagram]

        with Scripted(answers) as server:
            status, output, complaint = self.run_client(server.place, "--count", "3", "--timeout", "1", "--max-lost", "1")
            self.assertEqual((status, complaint), (0, ""))
            self.assertEqual(self.count_of(output), [3, 0, 1, 0, 0, 0])
            self.assertIn("messages   2\n", output)
            status, output, complaint = self.run_client(server.place, "--count", "3", "--timeout", "1")
            self.assertEqual((status, output), (1, ""))
            self.assertEqual(complaint, f"{NAME}: {server.place}: no answer to datagram 1 has come in 1.00 s\n")

    def test_doubled_late_and_foreign_ones(self):
        """The second answer comes behind the third, which comes twice. Somebody else's mark, a number that was never
        sent, and a few bytes are nobody's."""
        held = []

        def answers(datagram, _):
            number = number_of(datagram)
            if number == 1:
                held.append(datagram)
                return []
            if number == 2:
                ahead = datagram[:8] + (99).to_bytes(8, "big") + datagram[HEADER:]
                return [b"?", bytes(8) + datagram[8:], ahead, *held, datagram, datagram]
            return [datagram]

        with Scripted(answers) as server:
            status, output, complaint = self.run_client(server.place, "--count", "4", "--timeout", "1", "--max-lost", "1")
            self.assertEqual((status, complaint), (0, ""))
            self.assertEqual(self.count_of(output), [4, 0, 0, 1, 1, 3])

    def test_who_is_not_the_server_is_not_heard(self):
        """A socket with a peer is kept from it by the system, and one without a peer looks itself."""
        for how, foreign in (((), 0), (("--unconnected",), 5)):
            with self.subTest(how=how), Scripted(plain, strange=lambda datagram: [datagram]) as server:
                status, output, complaint = self.run_client(server.place, "--count", "5", *how)
                self.assertEqual((status, complaint), (0, ""))
                # The last one may come behind the end.
                self.assertIn(self.count_of(output)[-1], (foreign, max(0, foreign - 1)))

    def test_an_answer_that_was_changed(self):
        for change, sentence in ((lambda datagram: datagram[:-1] + bytes([datagram[-1] ^ 1]),
                                  r"byte 63 of datagram 0 was sent as 0x\w\w and came back as 0x\w\w"),
                                 (lambda datagram: datagram[:-1],
                                  "datagram 0 was sent with 64 bytes and came back with 63"),
                                 (lambda datagram: datagram + b"x",
                                  "datagram 0 was sent with 64 bytes and came back with 65")):
            with self.subTest(sentence), Scripted(lambda datagram, _, change=change: [change(datagram)]) as server:
                status, output, complaint = self.run_client(server.place)
                self.assertEqual((status, output), (1, ""))
                self.assertRegex(complaint, f"^{NAME}: {re.escape(server.place)}: {sentence}\n$")

    def free_place(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
            holder.bind(("127.0.0.1", 0))
            return "127.0.0.1:%d" % holder.getsockname()[1]

    def test_nobody_is_there(self):
        if settings.wine:
            self.skipTest("Wine may take the news to itself when it looks at the socket; only the next send would hear it")
        place = self.free_place()
        status, output, complaint = self.run_client(place)
        self.assertEqual((status, output), (1, ""))
        self.assertRegex(complaint, rf"^{NAME}: (receiving from|sending to) {place}: connection refused .*"
                                    r"; nobody listens there: is the server running")
        status, output, complaint = self.run_client(place, "--unconnected", "--timeout", "0.2")
        self.assertEqual((status, output), (1, ""))
        self.assertIn("no answer to datagram 0 has come in 200.00 ms; is the server running, and does it serve UDP?", complaint)

    def test_a_server_that_has_gone(self):
        if settings.wine and settings.engine in ("wsa-event", "wsa-select"):
            self.skipTest("as above")

        def answers(datagram, _):
            if number_of(datagram) == 2:
                server._socket.close()
                return []
            return [datagram]

        class Going(Scripted):
            def __exit__(self, *_):
                self._thread.join(harness.PATIENCE)

            def _serve(self):
                try:
                    super()._serve()
                except OSError:
                    pass  # it is closed

        with Going(answers) as server:
            status, output, complaint = self.run_client(server.place, "--count", "9", "--timeout", "1", "--resend", "3")
            self.assertEqual((status, output), (1, ""))
            self.assertIn("connection refused", complaint)

    def test_a_name_of_which_one_address_answers(self):
        with Scripted(plain) as server:
            port = server.place.rsplit(":", 1)[1]
            if settings.wine and settings.engine in ("wsa-event", "wsa-select"):
                self.skipTest("as above")
            status, output, complaint = self.run_client(f"localhost:{port}", "--timeout", "3")
            self.assertEqual((status, complaint), (0, ""))

    def test_wrong_usage(self):
        for arguments, sentence in (
                (["--udp", "--bytes", "15"], "--bytes is at least 16"), (["--udp", "--bytes", "65508"], "up to 65507"),
                (["--udp", "--message", "x", "--count", "2"], "a text has no number"), (["--unconnected"], "--udp"),
                (["--resend", "1"], "--udp"), (["--udp", "--connect", "unix:/tmp/x"], "is no address of UDP")):
            with self.subTest(arguments):
                status, output, complaint = harness.run(*arguments)
                self.assertEqual((status, output), (2, ""))
                self.assertIn(sentence, complaint)
                self.assertEqual(complaint.count("\n"), 1)

    def test_help(self):
        output = self.help_for_people()
        self.assertIn("UDP:", output.splitlines())


if __name__ == "__main__":
    harness.main()
