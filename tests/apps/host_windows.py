"""What the harness asks of Windows, where Python runs natively. host_posix.py has the same names."""

import ctypes
import os
import signal
import struct
import subprocess
from ctypes import wintypes

EVENT_MODIFY_STATE = 0x0002
PROCESS_QUERY_LIMITED_INFORMATION = 0x1000

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
for name, result, arguments in (
        ("OpenEventW", wintypes.HANDLE, [wintypes.DWORD, wintypes.BOOL, wintypes.LPCWSTR]),
        ("SetEvent", wintypes.BOOL, [wintypes.HANDLE]),
        ("OpenProcess", wintypes.HANDLE, [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]),
        ("GetProcessHandleCount", wintypes.BOOL, [wintypes.HANDLE, ctypes.POINTER(wintypes.DWORD)]),
        ("GetConsoleCP", wintypes.UINT, []),
        ("CloseHandle", wintypes.BOOL, [wintypes.HANDLE])):
    getattr(kernel32, name).restype = result
    getattr(kernel32, name).argtypes = arguments

# In a group of its own, so that a Ctrl-Break reaches that program and not us.
STARTING = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
LINGER_FOR_A_RESET = struct.pack("HH", 1, 0)  # its fields are shorter than elsewhere
# Handles of all kinds are counted, threads of the system's pool and the sockets of pending AcceptEx among them.
SLACK = 100
CAN_SEND_CTRL_BREAK = kernel32.GetConsoleCP() != 0  # a process without a console has no code page


def succeeded(result):
    if not result:
        raise ctypes.WinError(ctypes.get_last_error())
    return result


def send_signal(pid, number):
    """There are no signals. SIGINT stands for the event that Pier's programs wait for; CTRL_BREAK_EVENT is the console's.
    os.kill() would end the program at once for every other number."""
    if number == signal.CTRL_BREAK_EVENT:
        os.kill(pid, number)
        return
    if number != signal.SIGINT:
        raise ValueError(f"there is no signal {number} on Windows")
    event = succeeded(kernel32.OpenEventW(EVENT_MODIFY_STATE, False, f"Local\\pier-stop-{pid}"))
    try:
        succeeded(kernel32.SetEvent(event))
    finally:
        kernel32.CloseHandle(event)


def allow_descriptors(_count):
    """Windows has no limit that thousands of sockets would meet."""


def descriptors(pid):
    """Sockets are handles, too."""
    process = succeeded(kernel32.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, False, pid))
    try:
        count = wintypes.DWORD()
        succeeded(kernel32.GetProcessHandleCount(process, ctypes.byref(count)))
        return count.value
    finally:
        kernel32.CloseHandle(process)
