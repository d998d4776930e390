"""Runs another script of this folder with what Python has on Windows, and no more: so that one which needs more is found
where there is no Windows.

    as_on_windows.py SCRIPT.py [its arguments]

The programs stay those of this system. What host_windows.py asks of kernel32 is answered by a stand-in.
"""

import contextlib
import ctypes
import os
import pathlib
import random  # these look for os.fork and the like while they are loaded
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import types
import unittest.mock  # whose asyncio would look for Windows' own modules
from ctypes import wintypes

MODULES = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty")
NAMES = {
    os: ("fork", "forkpty", "getuid", "geteuid", "killpg", "mkfifo", "openpty", "setsid", "sysconf", "uname"),
    select: ("poll", "epoll"),
    selectors: ("PollSelector", "EpollSelector"),
    signal: ("SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm"),
    socket: ("AF_UNIX", "socketpair"),
}
SELECT_TAKES = 512  # FD_SETSIZE of Python's select

kill = os.kill
interrupt = signal.SIGINT
ctrl_break = 1
select_sockets = select.select


class Selector(selectors.SelectSelector):
    def register(self, fileobj, events, data=None):
        if len(self.get_map()) == SELECT_TAKES:
            raise ValueError("too many file descriptors in select()")
        return super().register(fileobj, events, data)


def select_nothing_else(*sets_and_timeout):
    for file in (file for files in sets_and_timeout[:3] for file in files):
        if not isinstance(file, (socket.socket, int)):
            raise OSError(f"select() takes sockets alone, not {file!r}")
    return select_sockets(*sets_and_timeout)


def kill_as_windows_does(pid, number):
    if number != ctrl_break:
        raise AssertionError("os.kill() ends a program at once, with that number as its status")
    kill(pid, interrupt)


def open_event(access, inherit, name):
    assert (access, inherit) == (0x0002, False), (access, inherit)
    assert name.startswith("Local\\pier-stop-"), name
    return int(name.removeprefix("Local\\pier-stop-"))


def set_event(pid):
    kill(pid, interrupt)
    return 1


def count_handles(pid, count):
    count.contents.value = len(os.listdir(f"/proc/{pid}/fd"))
    return 1


def kernel32(name, use_last_error):
    assert (name, use_last_error) == ("kernel32", True), (name, use_last_error)
    return types.SimpleNamespace(
        OpenEventW=open_event, SetEvent=set_event, OpenProcess=lambda access, inherit, pid: pid,
        GetProcessHandleCount=count_handles, GetConsoleCP=lambda: 65001, CloseHandle=lambda handle: 1)


def take_away():
    for module in MODULES:
        sys.modules[module] = None  # an import of it fails
    for module, names in NAMES.items():
        for name in names:
            with contextlib.suppress(AttributeError):
                delattr(module, name)
    selectors.DefaultSelector = Selector
    select.select = select_nothing_else
    os.kill = kill_as_windows_does
    subprocess.Popen.kill = lambda self: None if self.poll() is not None else kill(self.pid, 9)
    subprocess.Popen.send_signal = None
    subprocess.CREATE_NEW_PROCESS_GROUP = 0
    signal.CTRL_BREAK_EVENT = ctrl_break
    ctypes.WinDLL = kernel32
    ctypes.WinError = OSError
    ctypes.get_last_error = lambda: 0
    ctypes.byref = ctypes.pointer
    sys.platform = "win32"


if __name__ == "__main__":
    script = str(pathlib.Path(__file__).parent / sys.argv[1])
    sys.path.insert(0, os.path.dirname(script))
    sys.argv = [script, *sys.argv[2:]]
    take_away()
    runpy.run_path(script, run_name="__main__")
