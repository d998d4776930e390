#!/usr/bin/env python3
"""What a second loop brings: event servers with one loop on one core, and with two loops on two, in turn.

    threads.py --bin build/PRESET/bin
    threads.py --bin build/PRESET/bin --rounds 9 --json results.json

The load is small: it shares the two cores with the two loops, and has the second core beside one loop. A ratio is taken
within a round, and the median of these is printed. Exit status: 0; 1 if any run had wrong or lost data; 2 if a scenario
gave no result.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True  # the source tree stays clean

from common import servers as launcher

HASH = "hash_server --listen 127.0.0.1:{port} --listen-whole 127.0.0.1:{whole}"
ECHO = "pier-echo-server --listen 127.0.0.1:{port}"
# Name: what it is, the server, the port that is loaded, options of the load generator.
SCENARIOS = {
    "hash": ("64 bytes there and back, 64 KiB hashed for them", HASH, "port", "--bytes 64"),
    "hash-whole": ("64 KiB there and back, and hashed", HASH, "whole", "--bytes 65536"),
    "echo": ("64 bytes there and back", ECHO, "port", "--bytes 64"),
    "echo-whole": ("64 KiB there and back", ECHO, "port", "--bytes 65536"),
}
WRONG_DATA, LOST_TAIL = 2, 4  # exit statuses of the load generator


def parse_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", metavar="DIR", required=True, help="a build's bin directory")
    parser.add_argument("--hash-server", metavar="PATH", help="if it isn't in --bin")
    parser.add_argument("--scenario", default=",".join(SCENARIOS), metavar="NAME,...", help="(%(default)s)")
    parser.add_argument("--engine", default="epoll-et", help="(%(default)s)")
    parser.add_argument("--connections", type=int, default=64, help="enough that both loops have work (%(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="of each measured window (%(default)s)")
    parser.add_argument("--cores", default="0,1", help="(%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write every run there")
    options = parser.parse_args()
    options.scenarios = options.scenario.split(",")
    unknown = [name for name in options.scenarios if name not in SCENARIOS]
    if unknown:
        parser.error("no scenario is named %s; there are: %s" % (", ".join(unknown), ", ".join(SCENARIOS)))
    options.cores = [int(core) for core in options.cores.split(",")]
    if len(options.cores) != 2 or set(options.cores) - os.sched_getaffinity(0):
        parser.error("--cores wants two cores that this process may use")
    return options


def run_once(options, scenario, loops):
    """The load generator's figures, and `error` if it went wrong."""
    _, command, loaded, load_options = SCENARIOS[scenario]
    ports = {"port": launcher.free_port(), "whole": launcher.free_port()}
    program, arguments = command.format(**ports).split(" ", 1)
    path = options.hash_server if program == "hash_server" and options.hash_server else os.path.join(options.bin, program)
    cores = options.cores[:loops]
    argv = ["taskset", "-c", ",".join(map(str, cores)), path, "--engine", options.engine, "--threads", str(loops)]
    with launcher.running(argv + shlex.split(arguments), ports[loaded], 10) as server:
        if not server.ready:
            return {"error": server.why_not()}
        load = ["taskset", "-c", ",".join(map(str, options.cores)), os.path.join(options.bin, "echoload"), "--port",
                str(ports[loaded]), "--connections", str(options.connections), "--seconds", str(options.seconds), "--pids",
                ",".join(map(str, server.members()))] + shlex.split(load_options)
        try:
            done = subprocess.run(load, capture_output=True, text=True, timeout=options.seconds + 60)
        except subprocess.TimeoutExpired:
            return {"error": "the load did not end"}
    result = launcher.load_result(done.stdout)
    if done.returncode != 0:
        result["error"] = done.stderr.strip()[:200] or "load ended with status %d" % done.returncode
        result["wrong"] = done.returncode in (WRONG_DATA, LOST_TAIL)
    return result


def rate_of(run):
    return run["rate"]


def measure(options):
    document, status = {}, 0
    print("| message | one loop | two loops | ratio | least..most | cores of server, load: one loop | two loops | rounds |")
    print("|---|---|---|---|---|---|---|---|")
    for scenario in options.scenarios:
        rounds = []
        for number in range(options.rounds):
            order = (1, 2) if number % 2 == 0 else (2, 1)
            rounds.append({loops: run_once(options, scenario, loops) for loops in order})
        document[scenario] = rounds
        good = [pair for pair in rounds if not any("error" in run for run in pair.values())]
        for pair in rounds:
            for loops, run in pair.items():
                if "error" in run:
                    print("threads.py: %s, %d loops: %s" % (scenario, loops, run["error"]), file=sys.stderr)
                    status = 1 if run.get("wrong") else status
        if not good:
            print("| %s | failed | | | | | | 0 |" % SCENARIOS[scenario][0])
            status = status or 2
            continue
        ratios = [rate_of(pair[2]) / rate_of(pair[1]) for pair in good]
        cells = [SCENARIOS[scenario][0]]
        cells += ["%.0f/s" % statistics.median(rate_of(pair[loops]) for pair in good) for loops in (1, 2)]
        cells += ["%.2f" % statistics.median(ratios), "%.2f..%.2f" % (min(ratios), max(ratios))]
        for loops in (1, 2):
            cells.append(", ".join("%.2f" % statistics.median(pair[loops][key] for pair in good)
                                   for key in ("server_cpu", "client_cpu")))
        print("| " + " | ".join(cells + ["%d" % len(good)]) + " |", flush=True)
        if options.json:
            with open(options.json, "w") as file:
                json.dump(document, file, indent=1)
    return status


if __name__ == "__main__":
    sys.exit(measure(parse_command_line()))
