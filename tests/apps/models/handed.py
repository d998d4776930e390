"""Sockets that the system hands over to a server, and what its service manager is told: as systemd does it.

    handed.py --engine=NAME -- COMMAND...
"""

import contextlib
import os
import signal
import socket
import sys
import tempfile

from common import Server, harness

# Opens so many listeners, from descriptor 3 on, and becomes the command.
MANAGER = """
import fcntl, os, socket, sys
count = int(sys.argv[1])
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
high = [fcntl.fcntl(each, fcntl.F_DUPFD, 100) for each in sockets]
for number, each in enumerate(high):
    os.dup2(each, 3 + number)
os.closerange(3 + count, 200)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(count))
os.environ.update(word.split("=") for word in sys.argv[2].split())
os.execvp(sys.argv[3], sys.argv[3:])
"""

MODELS = (("--model", "event"), ("--model", "event", "--threads", "2"), ("--model", "iterative"), ("--model", "thread"),
          ("--model", "pool"), ("--model", "process"), ("--model", "prefork"))


def handed(*arguments, sockets=1, environment=""):
    """A server that is given so many listeners. Its names are read by port_of()."""
    manager = (sys.executable, "-c", MANAGER, str(sockets), environment)
    return Server(*arguments, listen=(), before=manager)


def port_of(server):
    name = server.next_line().split()[2]
    return int(name.rsplit(":", 1)[1])


def echo_at(port):
    with socket.create_connection(("127.0.0.1", port), harness.PATIENCE) as client:
        harness.echo(client)
        client.shutdown(socket.SHUT_WR)
        if client.recv(1):
            raise AssertionError("more came back than was sent")


class Handed(harness.TestCase):
    def setUp(self):
        if harness.settings.system() != "linux":
            self.skipTest("no such manager on this system")

    def test_every_model_takes_a_socket_over(self):
        for words in MODELS:
            with self.subTest(words=words), handed(*words) as server:
                port = port_of(server)
                for _ in range(5):
                    echo_at(port)
                self.assertEqual(server.stop(), 0)
                self.assertEqual(server.complaints(), "")

    def test_several_sockets(self):
        for words in (("--model", "event"), ("--model", "event", "--threads", "2"), ("--model", "prefork")):
            with self.subTest(words=words), handed(*words, sockets=2) as server:
                ports = {port_of(server), port_of(server)}
                self.assertEqual(len(ports), 2)
                for port in ports:
                    echo_at(port)

    def test_what_does_not_go_together(self):
        for arguments, sockets, sentence in ((["--listen", "127.0.0.1:0"], 1, "no use for --listen"),
                                             (["--model", "thread"], 2, "waits for one")):
            with self.subTest(arguments=arguments), handed(*arguments, sockets=sockets) as server:
                self.assertEqual(server.wait(harness.PATIENCE), 2)
                self.assertIn(sentence, server.complaints())

    def test_variables_of_another_process(self):
        with Server(before=("env", "LISTEN_PID=1", "LISTEN_FDS=1")) as server:
            harness.echo_once(server)

    def test_something_else_than_a_listener(self):
        with handed(sockets=0, environment="LISTEN_FDS=1") as server:
            self.assertEqual(server.wait(harness.PATIENCE), 1)
            self.assertIn("LISTEN_FDS", server.complaints())

    def test_the_manager_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, address in ((f"{folder}/notify", f"{folder}/notify"),
                                  (f"@pier-test-{os.getpid()}", f"\0pier-test-{os.getpid()}")):
                with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
                    manager.bind(address)
                    manager.settimeout(harness.PATIENCE)
                    with handed(environment=f"NOTIFY_SOCKET={name}") as server:
                        self.assertEqual(manager.recv(100), b"READY=1")
                        server.send_signal(signal.SIGINT)
                        self.assertEqual(manager.recv(100), b"STOPPING=1")
                        self.assertEqual(server.wait(), 0)


if __name__ == "__main__":
    harness.main()
