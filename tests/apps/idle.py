"""Idle servers sleep: while nothing happens on their connections no thread of theirs runs.

    idle.py --engine=NAME,NAME... -- COMMAND...

A server per engine, all of them at once, so that one window is enough for all.
"""

import contextlib
import os
import time

import harness
from harness import Server

CONNECTIONS = 50
WINDOW = 5   # seconds: longer than any period that a loop could have
LOOKS = 20   # equal ones in a row, 10 ms apart, show that a server has come to rest


def activity(server):
    """{thread: (state, times it went to sleep, ticks of CPU)}"""
    seen = {}
    for thread in os.listdir(f"/proc/{server.pid}/task"):
        place = f"/proc/{server.pid}/task/{thread}"
        with open(f"{place}/status", encoding="ascii", errors="replace") as status:
            fields = dict(line.split(":", 1) for line in status if ":" in line)
        with open(f"{place}/stat", encoding="ascii", errors="replace") as stat:
            numbers = stat.read().rsplit(")", 1)[1].split()
        seen[int(thread)] = (numbers[0], int(fields["voluntary_ctxt_switches"]), int(numbers[11]) + int(numbers[12]))
    return seen


class Rest:
    """Whether a server has come to rest, look by look."""

    def __init__(self, server):
        self._server = server
        self._last = None
        self._equal = 0

    def __call__(self):
        seen = activity(self._server)
        asleep = all(state == "S" for state, _, _ in seen.values())
        self._equal = self._equal + 1 if asleep and seen == self._last else 0
        self._last = seen
        return self._equal >= LOOKS


class Idle(harness.TestCase):
    def test_nothing_runs(self):
        if harness.settings.windows:
            self.skipTest("Windows doesn't tell how often a thread went to sleep")
        with contextlib.ExitStack() as stack:
            servers = {engine: stack.enter_context(Server(engine=engine))
                       for engine in harness.settings.engine.split(",")}
            clients = {engine: [stack.enter_context(server.connect()) for _ in range(CONNECTIONS)]
                       for engine, server in servers.items()}
            for engine in servers:
                served = clients[engine][:1] if engine == "blocking" else clients[engine]
                for client in served:
                    harness.echo(client)
            rests = [Rest(server) for server in servers.values()]
            harness.wait_for(lambda: all([rest() for rest in rests]), "every server rests")
            before = {engine: activity(server) for engine, server in servers.items()}
            time.sleep(WINDOW)
            after = {engine: activity(server) for engine, server in servers.items()}
            for engine, server in servers.items():
                with self.subTest(engine):
                    self.assertEqual(after[engine], before[engine])
                    harness.echo(clients[engine][0])  # it was idle, not dead, and a request is seen in these numbers
                    harness.wait_for(lambda: activity(server) != after[engine], "a request makes a difference")
                    self.assertEqual(server.complaints(), "")


if __name__ == "__main__":
    harness.main()
