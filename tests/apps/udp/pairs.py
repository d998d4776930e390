"""One number for TCP and UDP that the system chooses, where one of the two is taken: in a network namespace of the test's
own, which has few ports.
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "network"))

import harness
import namespaces
from harness import settings
from namespaces import Namespace

NAME = "pier-echo-server"
PORTS = range(40000, 40004)

# Binds UDP sockets to these ports until its input ends.
HOLDER = """
import socket, sys
held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in sys.argv[1:]]
for each, port in zip(held, sys.argv[1:]):
    each.bind(("127.0.0.1", int(port)))
print("ready", flush=True)
sys.stdin.read()
"""


def setUpModule():
    namespaces.require()


class Pairs(harness.TestCase):
    def network_that_holds(self, *ports):
        network = self.enterContext(Namespace())
        status, _, said = network.run("sh", "-c", "echo 40000 40003 >/proc/sys/net/ipv4/ip_local_port_range")
        if status != 0:
            self.skipTest(f"this user can't say which ports there are: {said.strip()}")
        holder = network.start(sys.executable, "-c", HOLDER, *map(str, ports), stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE)
        self.addCleanup(self.end, holder)
        self.assertEqual(harness.Lines(holder.stdout).next(), b"ready\n")
        return network

    @staticmethod
    def end(holder):
        holder.stdin.close()
        holder.wait(harness.PATIENCE)

    def command(self, *arguments):
        return [*settings.command, "--engine", settings.engine, "--tcp", "--udp", "--listen", "127.0.0.1:0", *arguments]

    def test_the_one_pair_that_is_free(self):
        for free in PORTS:
            with self.subTest(free=free):
                network = self.network_that_holds(*(port for port in PORTS if port != free))
                with network.start(*self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as server:
                    try:
                        lines = harness.Lines(server.stdout)
                        names = [lines.next().split()[1:3] for _ in range(2)]
                        place = b"127.0.0.1:%d" % free
                        self.assertEqual(names, [[b"tcp", place], [b"udp", place]])
                    finally:
                        server.kill()

    def test_none(self):
        status, output, said = self.network_that_holds(*PORTS).run(*self.command())
        self.assertEqual((status, output), (1, ""))
        self.assertRegex(said, f"^{NAME}: listening on 127.0.0.1:0: address in use ")


if __name__ == "__main__":
    harness.main()
