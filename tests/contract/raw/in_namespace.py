#!/usr/bin/env python3
"""Runs pier-raw-contract in a network namespace of its own, where nothing but loopback is: its packets reach nobody.

    in_namespace.py [--unprivileged] -- [WRAPPER...] PROGRAM [ARGUMENT...]

--unprivileged: as a user who may open no raw socket, but ping sockets. Exit status: the program's, or 77 where there are
no such namespaces.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "apps" / "network"))

import namespaces

MOST_SECONDS = 240
NOBODY = "65534"


def main(arguments):
    unprivileged = arguments[:1] == ["--unprivileged"]
    words = arguments[arguments.index("--") + 1:]
    before = []
    if unprivileged:
        if os.geteuid() != 0 or shutil.which("setpriv") is None:
            print("in_namespace: only root can become another user, by setpriv")
            return 77
        before = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all",
                  "--bounding-set=-all"]
    try:
        with namespaces.Namespace() as here:
            if unprivileged:
                status, _, problem = here.run("sysctl", "-q", "-w", "net.ipv4.ping_group_range=0 2147483647")
                if status != 0:
                    print(f"in_namespace: {problem.strip()}")
                    return 77
            running = here.start(*before, *words)
            try:
                return running.wait(MOST_SECONDS)
            finally:
                if running.poll() is None:
                    running.kill()
                    running.wait()
    except unittest.SkipTest as reason:
        print(f"in_namespace: {reason}")
        return 77


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
