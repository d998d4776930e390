"""pier-nc beside nc of OpenBSD and socat, in both roles."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

import netcat
from netcat import Netcat, digest, noise

import harness
from harness import PATIENCE, settings

THERE, BACK = noise(netcat.BOTH_DIRECTIONS, 1), noise(netcat.BOTH_DIRECTIONS, 2)


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())
    if settings.windows:
        raise unittest.SkipTest("neither is to be had here")


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"there is no {program}")


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


class Listens:
    """Another program that listens: it is there when it has the port, which is asked without a connection."""

    def __init__(self, *command, port, datagrams=False, stdin=b"", close=True):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._table = "/proc/net/udp" if datagrams else "/proc/net/tcp"
        self._state = "07" if datagrams else "0A"
        self._port = f":{port:04X} "
        self._stdin, self._close = stdin, close

    def __enter__(self):
        harness.wait_for(self._has_port, "the other program listens")
        self._feeder = threading.Thread(target=self._feed, daemon=True)
        self._feeder.start()
        return self

    def _has_port(self):
        with open(self._table, encoding="ascii") as table:
            return any(self._port in line and f" {self._state} " in line for line in table)

    def _feed(self):
        try:
            self.process.stdin.write(self._stdin)
            self.process.stdin.flush()
            if self._close:
                self.process.stdin.close()
        except OSError:
            pass

    def output(self):
        data = self.process.stdout.read()
        self.process.wait(PATIENCE)
        return data

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self._feeder.join(PATIENCE)
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except OSError:
            pass


class Others(harness.TestCase):
    def client_of(self, *command, port):
        """pier-nc connects: all of it there, and all of it back."""
        with Listens(*command, port=port, stdin=BACK) as server, Netcat("-N", "127.0.0.1", str(port)) as client:
            harness.wait_for(lambda: len(client.output) == len(BACK), "everything has come back", 30)
            client.feed(THERE)  # the listener of OpenBSD ends when its client has finished
            got = server.output()
            self.assertEqual(client.end(), 0)
            self.assertEqual(digest(got), digest(THERE))
            self.assertEqual(digest(client.output), digest(BACK))

    def server_of(self, *command):
        """pier-nc listens. `command` is given the port."""
        with Netcat("-lvN", "127.0.0.1", "0") as server:
            port = server.port()
            client = subprocess.Popen([word.replace("PORT", str(port)) for word in command], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE)
            server.feed(BACK)
            back = []
            reader = threading.Thread(target=lambda: back.append(client.stdout.read(len(BACK))))
            reader.start()
            reader.join(30)
            client.stdin.write(THERE)
            client.stdin.close()
            self.assertEqual(server.end(), 0)
            client.wait(PATIENCE)
            client.stdout.close()
            self.assertEqual(digest(server.output), digest(THERE))
            self.assertEqual(digest(b"".join(back)), digest(BACK))

    @needs("nc.openbsd")
    def test_client_of_openbsd_nc(self):
        port = free_port()
        self.client_of("nc.openbsd", "-lN", "127.0.0.1", str(port), port=port)

    @needs("socat")
    def test_client_of_socat(self):
        port = free_port()
        self.client_of("socat", "-t", "10", f"TCP4-LISTEN:{port},bind=127.0.0.1", "-", port=port)

    @needs("nc.openbsd")
    def test_server_of_openbsd_nc(self):
        self.server_of("nc.openbsd", "-N", "127.0.0.1", "PORT")

    @needs("socat")
    def test_server_of_socat(self):
        self.server_of("socat", "-t", "10", "-", "TCP4:127.0.0.1:PORT")

    @needs("nc.openbsd")
    def test_datagrams(self):
        port = free_port(socket.SOCK_DGRAM)
        with Listens("nc.openbsd", "-lu", "127.0.0.1", str(port), port=port, datagrams=True, close=False) as other:
            with Netcat("-u", "-q", "0.5", "127.0.0.1", str(port)) as client:
                client.feed(b"hello", end=False)
                self.assertEqual(os.read(other.process.stdout.fileno(), 100), b"hello")
                other.process.stdin.write(b"answer")
                other.process.stdin.flush()
                client.wait_for_output(b"answer")
                client.process.stdin.close()
                self.assertEqual(client.end(), 0)
        with Netcat("-luv", "127.0.0.1", "0") as server:
            with subprocess.Popen(["nc.openbsd", "-u", "127.0.0.1", str(server.port())], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, bufsize=0) as client:
                client.stdin.write(b"hello")
                server.wait_for_output(b"hello")
                server.feed(b"answer", end=False)
                self.assertEqual(client.stdout.read(100), b"answer")
                client.kill()
            server.interrupt()
            self.assertEqual(server.end(), 130)

    @needs("nc.openbsd")
    def test_unix(self):
        if settings.wine:
            self.skipTest("its sockets are Wine's own")
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="pier-nc-"))
        path = os.path.join(folder, "stream")
        with Netcat("-lUvN", path) as server:
            server.line("listening")
            done = subprocess.run(["nc.openbsd", "-NU", path], input=THERE, capture_output=True, timeout=PATIENCE,
                                  check=False)
            self.assertEqual(done.returncode, 0)
            self.assertEqual(server.end(), 0)
            self.assertEqual(digest(server.output), digest(THERE))
        for kind, words in (("stream", []), ("datagram", ["-u"])):
            path = os.path.join(folder, kind)
            with subprocess.Popen(["nc.openbsd", *words, "-lU", path], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE) as other:
                try:
                    harness.wait_for(lambda: os.path.exists(path), "the other program listens")
                    if kind == "stream":
                        harness.wait_for(lambda: listens(path), "the other program listens")
                    with Netcat(*words, "-U", "-q", "0", path) as client:
                        # Of datagrams, the other one answers to the sender, so that has to be there still.
                        client.feed(b"hello", end=False)
                        self.assertEqual(os.read(other.stdout.fileno(), 100), b"hello")
                        client.process.stdin.close()
                        self.assertEqual(client.end(), 0)
                finally:
                    other.kill()

    @needs("nc.openbsd")
    def test_status_and_scan_are_the_same(self):
        with netcat.Other() as one, netcat.Other() as two, netcat.refused_port() as holder:
            closed = str(holder.getsockname()[1])
            for ports in ([str(one.port)], [closed], [closed, str(two.port)], [str(two.port), closed]):
                theirs = subprocess.run(["nc.openbsd", "-z", "127.0.0.1", *ports], timeout=PATIENCE, check=False)
                self.assertEqual(harness.run("--engine", settings.engine, "-z", "127.0.0.1", *ports)[0],
                                 theirs.returncode, ports)

    @needs("nc.openbsd")
    def test_clients_one_after_the_other(self):
        with Netcat("-lkv", "127.0.0.1", "0") as server:
            port = server.port()
            heard = b""
            for text in (b"one", b"two", b"three"):
                subprocess.run(["nc.openbsd", "-N", "127.0.0.1", str(port)], input=text, timeout=PATIENCE, check=True)
                heard += text
                server.wait_for_output(heard)
            server.interrupt()
            self.assertEqual(server.end(), 130)


def listens(path):
    with open("/proc/net/unix", encoding="ascii") as table:
        return any(line.rstrip().endswith(path) and line.split()[3] == "00010000" for line in table)


if __name__ == "__main__":
    harness.main()
