#!/usr/bin/env python3
"""The models of a server beside each other, in one table: every round runs every one once, on one core, with the load on
another.

    models.py --bin build/linux-gcc/bin
    models.py --bin build/linux-gcc/bin --page docs/models.md --json results.json
    models.py --bin build/linux-gcc/bin --windows build/windows-mingw/bin --wine wine --wineprefix DIR

--page puts the tables into that page, between its marks. Rates are medians over the rounds, and in brackets how they
compare with the first row within the same round. Exit status: 0; 1 if any run had wrong or lost data; 2 if the first row
has a cell without a result.
"""

import argparse
import contextlib
import json
import os
import shlex
import signal
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # the source tree stays clean

from common import servers as launcher
from common import wine

# Name: arguments of the echo server. {clients} is how many are served at once at most.
LINUX = {
    "event, epoll-et": "--model event --engine epoll-et",
    "event, io_uring": "--model event --engine io_uring",
    "event, poll": "--model event --engine poll",
    "event, select": "--model event --engine select",
    "iterative": "--model iterative",
    "thread": "--model thread --max-threads {clients}",
    "pool": "--model pool --threads {clients}",
    "process": "--model process --max-children {clients}",
    "prefork": "--model prefork --workers {clients}",
    "prefork, epoll-et": "--model prefork --engine epoll-et --workers 2",
}
WINDOWS = {
    "event, iocp": "--model event --engine iocp",
    "event, overlapped-event": "--model event --engine overlapped-event",
    "event, wsa-select": "--model event --engine wsa-select",
    "iterative": "--model iterative",
    "thread": "--model thread --max-threads {clients}",
    "pool": "--model pool --threads {clients}",
    "process": "--model process --max-children {clients}",
    "prefork": "--model prefork --workers {clients}",
}
# Name: heading, clients at once, options of the load generator.
# The warm-up is as long as a process for each client takes to be there.
CELLS = {
    "churn": ("connections/s", 50, "--mode churn --warmup 1"),
    "50": ("requests/s, 50 clients", 50, "--mode pingpong --warmup 1"),
    "500": ("requests/s, 500 clients", 500, "--mode pingpong --warmup 4"),
    "memory": ("memory per client", 200, "--mode idle"),
}
SERVER = "pier-echo-server"
MOST_WORKERS = 256  # that --threads and --workers take
# It serves its clients in turn, so it gets one at a time.
IN_TURN = {"iterative"}
MARKS = ("<!-- measured by bench/models.py -->", "<!-- end of what was measured -->")
WRONG_DATA, LOST_TAIL = 2, 4  # exit statuses of the load generator


def parse_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", metavar="DIR", required=True, help="a Linux build's bin directory")
    parser.add_argument("--load", metavar="PATH", help="the load generator, if it isn't in --bin")
    parser.add_argument("--windows", metavar="DIR", help="a Windows build's bin directory, for a second table")
    parser.add_argument("--wine", default="wine", help="what runs it (%(default)s)")
    parser.add_argument("--wineprefix", default=os.environ.get("WINEPREFIX"))
    parser.add_argument("--only", metavar="NAME;...", help="only these rows of both tables, separated by semicolons")
    parser.add_argument("--cells", default=",".join(CELLS), metavar="NAME,...", help="(%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=1.5, help="of each measured window (%(default)s)")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--page", metavar="FILE", help="put the tables into this page")
    parser.add_argument("--json", metavar="FILE", help="write every run there")
    options = parser.parse_args()
    options.load = options.load or os.path.join(options.bin, "echoload")
    options.cells = options.cells.split(",")
    if unknown := [name for name in options.cells if name not in CELLS]:
        parser.error("no cell is named %s; there are: %s" % (", ".join(unknown), ", ".join(CELLS)))
    options.systems = {"Linux": (LINUX, [os.path.join(options.bin, SERVER)])}
    if options.windows:
        if not options.wineprefix:
            parser.error("--windows wants --wineprefix")
        options.systems["Windows, under Wine"] = (
            WINDOWS, [options.wine, os.path.join(options.windows, SERVER + ".exe")])
    if missing := {options.server_core, options.load_core} - os.sched_getaffinity(0):
        parser.error("this process may not use core %s: choose --server-core and --load-core" % sorted(missing))
    return options


def proportional_bytes(members):
    """Memory of processes that share some of it: each page counts once, whoever has it. Without files' pages, of which a
    process seems to have less when another one, such as the load, begins to use the same library."""
    total = 0
    for pid in members:
        with contextlib.suppress(OSError), open("/proc/%d/smaps_rollup" % pid) as lines:
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:")))
    return total


def cpu_seconds(members):
    """Of these processes, and of their children that have ended; in ticks of 10 ms."""
    ticks = 0
    for pid in members:
        with contextlib.suppress(OSError), open("/proc/%d/stat" % pid) as stat:
            ticks += sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


class Bench:
    def __init__(self, options):
        self.options = options
        self.prefix = None    # a booted wine.Wine while Windows is measured
        self.had_wrong_data = False
        self.missing = {}     # sentence: the cells that have no number because of it

    def members(self, server):
        """Under Wine also the wineserver, and the children, which have sessions of their own there."""
        if not self.prefix:
            return server.members()
        return sorted({*server.members(), *self.prefix.server_pids(), *self.prefix.pids_of(SERVER + ".exe")})

    def run_once(self, name, command, arguments, cell):
        """Figures of one run, or `error`."""
        options = self.options
        _, clients, load_options = CELLS[cell]
        clients = 1 if name in IN_TURN else clients
        port = launcher.free_port()
        # A few more than there are clients: who has just left may still hold its place.
        places = str(clients + max(2, clients // 10))
        if int(places) > MOST_WORKERS and ("--threads {clients}" in arguments or "--workers {clients}" in arguments):
            return {"error": "a client takes a worker, of which there are at most %d" % MOST_WORKERS}
        if cell == "memory" and name in IN_TURN:
            return {"error": "there is one client at a time"}
        argv = ["taskset", "-c", str(options.server_core)] + command + shlex.split(arguments.format(clients=places))
        argv += ["--listen", "127.0.0.1:%d" % port]
        environment = self.prefix.environment if self.prefix else None
        with launcher.running(argv, port, 60 if self.prefix else 10, environment) as server:
            if not server.ready:
                return {"error": server.why_not()}
            load = ["taskset", "-c", str(options.load_core), options.load, "--port", str(port), "--connections",
                    str(clients)] + shlex.split(load_options)
            if cell == "memory":
                return self.measure_memory(server, load, clients)
            warm_up = float(load[load.index("--warmup") + 1])
            return self.measure_load(server, load + ["--seconds", str(options.seconds)], warm_up)

    def measure_load(self, server, load, warm_up):
        """The load's figures, and CPU time by operation: what the server uses in the middle of the measured window."""
        seconds = self.options.seconds
        loading = subprocess.Popen(load, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            time.sleep(warm_up + 0.1 * seconds)
            begin, used = time.monotonic(), cpu_seconds(self.members(server))
            time.sleep(0.8 * seconds)
            used = cpu_seconds(self.members(server)) - used
            lasted = time.monotonic() - begin
            out, complaints = loading.communicate(timeout=90)
        except subprocess.TimeoutExpired:
            return {"error": "the load did not end"}
        finally:
            if loading.poll() is None:
                loading.kill()
                loading.communicate()
        result = self.judge(subprocess.CompletedProcess(load, loading.returncode, out, complaints))
        if "error" not in result and result.get("rate"):
            result["cpu_us"] = used / lasted * 1e6 / result["rate"]
        return result

    def judge(self, done):
        result = launcher.load_result(done.stdout)
        if done.returncode != 0:
            complaints = [line.replace("echoload: ", "") for line in done.stderr.splitlines()]
            result["error"] = "; ".join(complaints[:2])[:200] or "load ended with status %d" % done.returncode
            if done.returncode in (WRONG_DATA, LOST_TAIL):
                self.had_wrong_data = True
        return result

    def measure_memory(self, server, load, clients):
        """With one client that has come and gone, and with all of them there, each after one message."""
        first = subprocess.run(load[:-4] + ["--connections", "1", "--mode", "pingpong", "--messages", "10"],
                               capture_output=True, text=True, timeout=90)
        if first.returncode != 0:
            return self.judge(first)
        before = proportional_bytes(self.members(server))
        holding = subprocess.Popen(load + ["--seconds", "60"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True)
        try:
            seen, unchanged, end = -1, 0, time.monotonic() + 45
            while unchanged < 5 and time.monotonic() < end and holding.poll() is None:
                time.sleep(0.3)
                now = proportional_bytes(self.members(server))
                unchanged = unchanged + 1 if abs(now - seen) < 64 * 1024 else 0
                seen = now
            if holding.poll() is not None:
                return {"error": holding.stderr.read().strip()[:200] or "the load ended early"}
            if unchanged < 5:
                return {"error": "the server's memory did not come to rest"}
            return {"bytes": (seen - before) / clients}
        finally:
            with contextlib.suppress(ProcessLookupError):
                holding.send_signal(signal.SIGKILL)
            holding.wait()
            holding.stderr.close()

    def run_system(self, rows, command):
        """{row: {cell: [result per round]}}; what failed twice in a row is given up."""
        results = {name: {cell: [] for cell in self.options.cells} for name in rows}
        given_up = set()
        for cell in self.options.cells:
            rounds = 1 if cell == "memory" else self.options.rounds
            for number in range(rounds):
                order = list(rows) if number % 2 == 0 else list(reversed(rows))
                for name in order:
                    if (name, cell) in given_up:
                        continue
                    result = self.run_once(name, command, rows[name], cell)
                    if "error" in result:
                        result = self.run_once(name, command, rows[name], cell)
                    if "error" in result:
                        given_up.add((name, cell))
                        self.missing.setdefault(result["error"], []).append("%s (%s)" % (name, CELLS[cell][0]))
                    results[name][cell].append(result)
        return results


def size_text(count):
    return "%.0f B" % count if count < 10_000 else "%.0f KiB" % (count / 1024)


def rate_text(value):
    return "{:,.0f}".format(value)


def cells_of(cell, runs, base):
    """Of one row: the rate with its ratio, latency, CPU time."""
    good = [run for run in runs if "error" not in run]
    if cell == "memory":
        return [size_text(good[0]["bytes"]) if good else "-"]
    columns = 2 if cell == "churn" else 3
    if not good:
        return ["-"] * columns
    text = rate_text(statistics.median(run["rate"] for run in good))
    ratios = [run["rate"] / other["rate"] for run, other in zip(runs, base) if "error" not in run and "error" not in other]
    if ratios and runs is not base:
        text += " (%.2f)" % statistics.median(ratios)
    cpu = ["%.0f" % statistics.median(run["cpu_us"] for run in good)]
    if cell == "churn":
        return [text] + cpu
    latency = ", ".join("%.2f" % (statistics.median(run[key] for run in good) / 1000) for key in ("p50_us", "p99_us"))
    return [text, latency] + cpu


def table_of(system, results, cells):
    heads = ["model on " + system]
    for cell in cells:
        heads.append(CELLS[cell][0])
        if cell in ("50", "500"):
            heads.append("ms: p50, p99")
        if cell != "memory":
            heads.append("CPU us")
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    base = next(iter(results.values()))
    for name, row in results.items():
        texts = [name + " (1 client at a time)" if name in IN_TURN else name]
        for cell in cells:
            texts += cells_of(cell, row[cell], base[cell])
        lines.append("| " + " | ".join(texts) + " |")
    return "\n".join(lines)


def put_into(page, text):
    with open(page) as file:
        old = file.read()
    begin, end = (old.index(mark) for mark in MARKS)
    with open(page, "w") as file:
        file.write(old[:begin] + MARKS[0] + "\n\n" + text + "\n\n" + old[end:])


def main():
    options = parse_command_line()
    bench = Bench(options)
    document, tables, complete = {}, [], True
    for system, (rows, command) in options.systems.items():
        if options.only:
            rows = {name: rows[name] for name in options.only.split(";") if name in rows}
        with contextlib.ExitStack() as stack:
            bench.prefix = None
            if command[0] == options.wine:
                bench.prefix = stack.enter_context(wine.Wine(options.wine, options.wineprefix, options.server_core))
            bench.missing = {}
            results = bench.run_system(rows, command)
        document[system] = results
        notes = ["- Not measured: %s: %s." % ("; ".join(names), why) for why, names in bench.missing.items()]
        tables.append("\n\n".join(filter(None, (table_of(system, results, options.cells), "\n".join(notes)))))
        print(tables[-1] + "\n", flush=True)
        first = next(iter(results.values()), {})
        complete = complete and all(any("error" not in run for run in runs) for runs in first.values())
        if options.json:
            with open(options.json, "w") as file:
                json.dump(document, file, indent=1)
    if options.page:
        put_into(options.page, "\n\n".join(tables))
    if bench.had_wrong_data:
        return 1
    return 0 if complete else 2


if __name__ == "__main__":
    sys.exit(main())
