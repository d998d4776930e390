#!/usr/bin/env python3
"""Compares echo servers: every round runs every server once, on one core, with the load on another.

    run.py --bin build/PRESET/bin
    run.py --bin build/PRESET/bin --scenario pp50,churn --rounds 9 --json results.json
    run.py --bin build/PRESET/bin --server mine='/path/to/server --port {port}'
    run.py --load build/linux-gcc/bin/echoload --wineprefix DIR --server iocp='wine raw_iocp.exe {port}'

Ratios are taken within a round, against the first server, and then their median: what disturbs a whole round cancels out.
A run beside which something else kept the machine busy is repeated, up to three times, and the quietest is kept.
Exit status: 0; 1 if any run had wrong or lost data; 2 if the base server, or every other one, gave no result.
"""

import argparse
import json
import math
import os
import platform
import resource
import shlex
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True  # the source tree stays clean

from common import servers as launcher
from common import wine

# Name: options of the load generator.
SCENARIOS = {
    "pp1": "--mode pingpong --connections 1",
    "pp50": "--mode pingpong --connections 50",
    "pp1000": "--mode pingpong --connections 1000",
    "stream": "--mode stream --connections 10 --bytes 65536",
    "churn": "--mode churn --connections 50",
    "idle": "--mode idle --connections 10000 --seconds 0.3",
}
WRONG_DATA, LOST_TAIL = 2, 4  # exit statuses of the load generator
REPEATS = 3
COLUMNS = ["scenario", "server", "median", "min..max", "unit", "ratio", "p50 us", "p99 us", "p99.9 us", "CPU us/op",
           "CPU ratio", "user ns/op", "cores server/load", "noise", "runs"]
WIDTHS = [8, 20, 8, 17, 13, 6, 8, 8, 8, 9, 9, 10, 17, 5, 4]


def parse_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    launcher.add_arguments(parser)
    parser.add_argument("--scenario", default=",".join(SCENARIOS), metavar="NAME,...", help="(%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=3, help="of each measured window (%(default)s)")
    parser.add_argument("--noise", type=float, default=0.12, metavar="CORES",
                        help="what others may use during a run before it is repeated (%(default)s)")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--wineprefix", default=os.environ.get("WINEPREFIX"), help="for servers that start with wine")
    parser.add_argument("--json", metavar="FILE", help="write every run and the summary there")
    options = parser.parse_args()
    options.servers, options.load = launcher.chosen(options, parser)
    options.scenarios = options.scenario.split(",")
    unknown = [name for name in options.scenarios if name not in SCENARIOS]
    if unknown:
        parser.error("no scenario is named %s; there are: %s" % (", ".join(unknown), ", ".join(SCENARIOS)))
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    missing = {options.server_core, options.load_core} - os.sched_getaffinity(0)
    if missing:
        parser.error("this process may not use core %s: choose --server-core and --load-core" % sorted(missing))
    options.loaders = [loader for loader in map(wine.loader_of, options.servers.values()) if loader]
    if options.loaders and not options.wineprefix:
        parser.error("a server runs under Wine: give --wineprefix")
    return options


class Bench:
    def __init__(self, options, prefix):
        self.options = options
        self.prefix = prefix  # a booted wine.Wine, or None
        self.given_up = {}    # (scenario, server): why
        self.had_wrong_data = False

    def run_once(self, name, scenario):
        """One run: the load generator's figures, and `error` if it went wrong."""
        options = self.options
        command = options.servers[name]
        port = launcher.free_port()
        is_wine = wine.loader_of(command) is not None
        argv = ["taskset", "-c", str(options.server_core)] + shlex.split(command.replace("{port}", str(port)))
        environment = self.prefix.environment if is_wine else None
        with launcher.running(argv, port, 30 if is_wine else 5, environment) as server:
            if not server.ready:
                return {"error": server.why_not()}
            pids = server.members() + (self.prefix.server_pids() if is_wine else [])
            load = ["taskset", "-c", str(options.load_core), options.load, "--port", str(port), "--seconds",
                    str(options.seconds), "--pids", ",".join(map(str, pids))] + shlex.split(SCENARIOS[scenario])
            try:
                done = subprocess.run(load, capture_output=True, text=True, timeout=options.seconds + 90)
            except subprocess.TimeoutExpired:
                return {"error": "the load did not end"}
        result = launcher.load_result(done.stdout)
        if done.returncode != 0:
            complaints = [line.replace("echoload: ", "") for line in done.stderr.splitlines()]
            result["error"] = "; ".join(complaints[:2])[:200] or "load ended with status %d" % done.returncode
            if done.returncode in (WRONG_DATA, LOST_TAIL):
                result["wrong"] = True
                self.had_wrong_data = True
        return result

    def run_quietly(self, name, scenario):
        """Repeats a run that others disturbed, or that failed once."""
        best = None
        for attempt in range(1 + REPEATS):
            result = self.run_once(name, scenario)
            result["attempts"] = attempt + 1
            if result.get("wrong"):
                return result
            if best is None or ("error" in best, noise_of(best)) > ("error" in result, noise_of(result)):
                best = result
            best["attempts"] = attempt + 1
            if "error" in best and attempt >= 1:
                break
            if "error" not in best and noise_of(best) <= self.options.noise:
                break
        return best

    def run_scenario(self, scenario):
        """{server: [result per round, None where it was given up]}"""
        results = {name: [] for name in self.options.servers}
        # What is kept for an idle connection doesn't vary, so one round is enough.
        rounds = 1 if scenario == "idle" else self.options.rounds
        for number in range(rounds):
            # Every other round backwards, so that a machine that slows down or speeds up favours nobody.
            for name in list(self.options.servers)[:: -1 if number % 2 else 1]:
                if (scenario, name) in self.given_up:
                    results[name].append(None)
                    continue
                progress("%s, round %d of %d: %s" % (scenario, number + 1, rounds, name))
                result = self.run_quietly(name, scenario)
                results[name].append(result)
                if "error" in result:
                    self.given_up[scenario, name] = result["error"]
        progress("")
        return results


def noise_of(result):
    return max(0.0, result.get("other_cpu", 0.0)) + result.get("stolen_cpu", 0.0)


def progress(text):
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K" + text)
        sys.stderr.flush()


def ratio_of_rounds(runs, base, key):
    ratios = [run[key] / other[key] for run, other in zip(runs, base)
              if run and other and "error" not in run and "error" not in other and run.get(key) and other.get(key)]
    return statistics.median(ratios) if ratios else None


def summarize(scenario, runs, base):
    """The figures of one table row."""
    good = [run for run in runs if run and "error" not in run]
    key = "rss_bytes_per_connection" if scenario == "idle" else "rate"
    figures = [run[key] for run in good if key in run]
    if not figures:
        return None

    def median(name):
        values = [run[name] for run in good if name in run]
        return statistics.median(values) if values else None

    row = {"median": statistics.median(figures), "least": min(figures), "most": max(figures), "runs": len(good),
           "unit": "B/connection" if scenario == "idle" else good[0]["unit"], "noise": max(map(noise_of, good)),
           "ratio": ratio_of_rounds(runs, base, key), "cpu_ratio": ratio_of_rounds(runs, base, "server_us_per_op")}
    for name in ("p50_us", "p99_us", "p99.9_us", "server_us_per_op", "server_cpu", "client_cpu"):
        row[name] = median(name)
    # User time is counted in ticks, few per run: all rounds together, with the error of such a count.
    ticks = sum(run.get("server_user_ticks", 0) for run in good)
    operations = sum(run.get("operations", 0) for run in good)
    if operations:
        user_ns = sum(run["server_user_ns_per_op"] * run["operations"] for run in good if "operations" in run)
        row["user_ns_per_op"] = user_ns / operations
        row["user_ns_error"] = row["user_ns_per_op"] / math.sqrt(ticks) if ticks else None
    return row


def text_of(value, form):
    return form % value if value is not None else "-"


def ratio_text(value):
    return text_of(value, "%.3f" if value is None or value < 10 else "%.1f")


def cells_of(scenario, name, row):
    if row is None:
        return [scenario, name, "failed"] + ["-"] * (len(COLUMNS) - 3)
    user = text_of(row.get("user_ns_per_op"), "%.0f")
    if row.get("user_ns_error") is not None:
        user += " ±%.0f" % row["user_ns_error"]
    cores = "%.2f/%.2f" % (row["server_cpu"], row["client_cpu"]) if row["server_cpu"] is not None else "-"
    return [scenario, name, "%.0f" % row["median"], "%.0f..%.0f" % (row["least"], row["most"]), row["unit"],
            ratio_text(row["ratio"]), text_of(row["p50_us"], "%.1f"), text_of(row["p99_us"], "%.1f"),
            text_of(row["p99.9_us"], "%.1f"), text_of(row["server_us_per_op"], "%.3f"),
            ratio_text(row["cpu_ratio"]), user, cores, "%.2f" % row["noise"], "%d" % row["runs"]]


def print_row(cells):
    print("| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS)) + " |", flush=True)


def measure(options, prefix):
    bench = Bench(options, prefix)
    base = next(iter(options.servers))
    document = {"machine": machine(), "base": base, "servers": options.servers, "rounds": options.rounds,
                "seconds": options.seconds, "scenarios": {}}
    print_row(COLUMNS)
    print("|" + "|".join("-" * (width + 2) for width in WIDTHS) + "|")
    has_results = True
    for scenario in options.scenarios:
        results = bench.run_scenario(scenario)
        rows = {name: summarize(scenario, runs, results[base]) for name, runs in results.items()}
        for name, row in rows.items():
            print_row(cells_of(scenario, name, row))
        others = [row for name, row in rows.items() if name != base]
        has_results = has_results and rows[base] is not None and (not others or any(others))
        document["scenarios"][scenario] = {
            name: {"summary": rows[name], "runs": results[name]} for name in options.servers}
        if options.json:
            with open(options.json, "w") as file:
                json.dump(document, file, indent=1)
                file.write("\n")
    if bench.given_up:
        print("\nNot all was measured:")
        for (scenario, name), why in bench.given_up.items():
            print("- %s, %s: %s" % (scenario, name, why))
    if bench.had_wrong_data:
        print("\nWRONG OR LOST DATA: see above.")
        return 1
    return 0 if has_results else 2


def machine():
    model = "unknown"
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return {"processor": model, "cores": os.cpu_count(), "kernel": platform.release()}


def main():
    options = parse_command_line()
    # Servers inherit the limit: ten thousand idle connections need it.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if not options.loaders:
        return measure(options, None)
    with wine.Wine(options.loaders[0], options.wineprefix, options.server_core) as prefix:
        return measure(options, prefix)


if __name__ == "__main__":
    sys.exit(main())
