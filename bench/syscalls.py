#!/usr/bin/env python3
"""Counts a server's system calls per echoed message, by strace.

    syscalls.py --bin build/PRESET/bin
    syscalls.py --bin build/PRESET/bin --only 'pier epoll-et' --expect epoll_wait=1,recvfrom=1,sendto=1

Each server runs twice for its whole life under strace: once for no more than one message per connection, once for
--messages on top of that. The difference is what those messages cost, to the call; start, set-up and end cancel out.
With --expect, a call that isn't named must not occur. NAME|NAME=N counts either.
Exit status: 0; 1 if a count is not as expected or a run failed; 77 if strace is missing or not permitted here.
"""

import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # the source tree stays clean

from common import servers as launcher

SKIPPED = 77


def parse_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    launcher.add_arguments(parser)
    parser.add_argument("--messages", type=int, default=2000, help="(%(default)s)")
    parser.add_argument("--connections", default="1", metavar="N,...", help="(%(default)s)")
    parser.add_argument("--bytes", type=int, default=64, help="of a message (%(default)s)")
    parser.add_argument("--expect", metavar="CALL=N,...", help="calls per message")
    parser.add_argument("--tolerance", type=float, default=0.02, help="calls per message, either way (%(default)s)")
    options = parser.parse_args()
    options.servers, options.load = launcher.chosen(options, parser)
    try:
        options.connection_counts = [int(text) for text in options.connections.split(",")]
        options.expected = parse_expected(options.expect)
    except ValueError as error:
        parser.error(str(error))
    if options.messages < 1:
        parser.error("--messages must be at least 1")
    return options


def parse_expected(text):
    """[(names, count)] or None."""
    if text is None:
        return None
    expected = []
    for part in text.split(","):
        names, separator, count = part.partition("=")
        if not separator:
            raise ValueError("--expect wants CALL=N, not %r" % part)
        expected.append((names.split("|"), float(count)))
    return expected


def why_strace_cannot():
    """A sentence, or None if it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    probe = subprocess.run(["strace", "-f", "-c", "-o", os.devnull, "true"], capture_output=True, text=True)
    if probe.returncode != 0:
        return "strace is not permitted here: %s" % (probe.stderr.strip().splitlines() or ["no reason given"])[-1]
    return None


class Failed(Exception):
    pass


def counted_run(options, command, connections, messages):
    """{system call: count} of a server's whole life."""
    port = launcher.free_port()
    with tempfile.TemporaryDirectory() as directory:
        counts = os.path.join(directory, "counts")
        argv = ["strace", "-f", "-c", "-U", "name,calls", "-o", counts] + shlex.split(
            command.replace("{port}", str(port)))
        with launcher.running(argv, port, 20) as server:
            if not server.ready:
                raise Failed(server.why_not())
            load = [options.load, "--port", str(port), "--connections", str(connections), "--bytes",
                    str(options.bytes), "--messages", str(messages)]
            try:
                done = subprocess.run(load, capture_output=True, text=True, timeout=120)
            except subprocess.TimeoutExpired:
                raise Failed("the load did not end") from None
            if done.returncode != 0:
                raise Failed(done.stderr.strip() or "load ended with status %d" % done.returncode)
            # strace writes its counts when what it traces ends, so it must be the last to go.
            for pid in server.members():
                if pid != server.process.pid:
                    os.kill(pid, signal.SIGTERM)
            try:
                server.process.wait(5)
            except subprocess.TimeoutExpired:
                raise Failed("the server did not end on SIGTERM") from None
        with open(counts) as lines:
            matches = [re.fullmatch(r"\s*(\w+)\s+(\d+)\s*", line) for line in lines]
    return {match[1]: int(match[2]) for match in matches if match and match[1] != "total"}


def calls_per_message(options, command, connections):
    base = counted_run(options, command, connections, 0)
    full = counted_run(options, command, connections, options.messages)
    return {name: (full.get(name, 0) - base.get(name, 0)) / options.messages for name in sorted({**base, **full})}


def check(expected, per_message, tolerance):
    """Sentences about what is not as expected."""
    complaints = []
    named = set()
    for names, wanted in expected:
        named.update(names)
        found = sum(per_message.get(name, 0) for name in names)
        if abs(found - wanted) > tolerance:
            complaints.append("%s is %.3f per message, expected %g" % ("|".join(names), found, wanted))
    for name, found in per_message.items():
        if name not in named and found > tolerance:
            complaints.append("%s is %.3f per message, expected none" % (name, found))
    return complaints


def main():
    options = parse_command_line()
    reason = why_strace_cannot()
    if reason:
        print("skipped: " + reason)
        return SKIPPED
    is_good = True
    for name, command in options.servers.items():
        for connections in options.connection_counts:
            label = "%-20s connections=%-4d" % (name, connections)
            try:
                per_message = calls_per_message(options, command, connections)
            except Failed as failure:
                print("%s FAILED: %s" % (label, failure), flush=True)
                is_good = False
                continue
            # Less than one in a hundred messages is the edge of a run.
            shown = sorted(((count, call) for call, count in per_message.items() if count >= 0.01), reverse=True)
            calls = " ".join("%s=%.3f" % (call, count) for count, call in shown)
            print("%s total=%.3f  %s" % (label, sum(count for count, _ in shown), calls), flush=True)
            for complaint in check(options.expected, per_message, options.tolerance) if options.expected else []:
                print("    NOT AS EXPECTED: " + complaint, flush=True)
                is_good = False
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
