"""What the harness asks of a POSIX system. host_windows.py has the same names for Windows."""

import os
import resource
import struct
import unittest

STARTING = {}  # what subprocess.Popen is told besides
LINGER_FOR_A_RESET = struct.pack("ii", 1, 0)  # struct linger: on, for no time
SLACK = 0  # descriptors that a program may have more, or fewer, of as before
CAN_SEND_CTRL_BREAK = False


def send_signal(pid, number):
    os.kill(pid, number)


def allow_descriptors(count):
    """For this process, and for those it starts from now on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise unittest.SkipTest(f"{hard} descriptors are allowed here, {count} are needed")
    if soft != resource.RLIM_INFINITY and soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
