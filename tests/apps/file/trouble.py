"""A disk that is full, permissions that are missing, and a terminal: on Linux."""

import os
import pathlib
import pty
import resource
import select
import signal
import subprocess
import time
import unittest

import common
from common import content, harness, leftovers, run_client, server, settings
from transfers import MIB, Folders

NOBODY = 65534


class Trouble(Folders):
    def setUp(self):
        super().setUp()
        self.data = content(3 * MIB)
        (self.shared / "a").write_bytes(self.data)

    def test_a_limit_to_the_size_of_files_is_a_sentence_and_what_has_come_stays(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, resource.RLIM_INFINITY))

        with server(self.shared) as files_server:
            said = self.refuse(files_server.port, "shared/a", preexec_fn=limit)
            self.assertIn("what has come is kept", said)
            self.assertEqual((self.output / "shared" / "a.part").stat().st_size, MIB)
            self.bring(files_server.port, "shared/a")
        self.same(self.data, "shared", "a")

    def test_a_full_disk_is_a_sentence_and_the_next_run_goes_on(self):
        disk = self.output / "disk"
        disk.mkdir()
        script = f"mount -t tmpfs -o size=1m tmpfs {disk} && exec \"$@\" --output {disk}; exit 99"
        with server(self.shared) as files_server:
            command = [*common.client_command(), *common.place(files_server.port), "shared/a"]
            done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", *command], stdin=subprocess.DEVNULL,
                                  capture_output=True, encoding="utf-8", timeout=30, check=False)
        if done.returncode == 99 or "unshare" in done.stderr or "mount" in done.stderr:
            self.skipTest("a disk of its own takes the rights of root")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
        self.assertIn("no space left on the disk", done.stderr)
        self.assertIn("what has come is kept", done.stderr)

    def test_missing_permissions_are_told_by_the_side_that_lacks_them(self):
        def drop():
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)

        for folder in (self.shared.parent, self.shared):
            folder.chmod(0o755)
        (self.shared / "a").chmod(0)
        self.output.chmod(0o500)
        # The program itself may lie where nobody else may look.
        command = [*common.client_command(), "--version"]
        try:
            allowed = subprocess.run(command, preexec_fn=drop, capture_output=True, check=False).returncode == 0
        except PermissionError:
            allowed = False
        if not allowed:
            self.skipTest("another user can't run the program here")
        (self.shared / "b").write_bytes(b"")
        with server(self.shared) as files_server:
            said = self.refuse(files_server.port, "shared/b", preexec_fn=drop)
            self.assertIn("permission denied", said)
            self.assertIn("--output names another folder", said)

    def test_a_terminal_shows_how_far_it_is(self):
        with server(self.shared) as files_server, common.Relay(files_server.port, MIB) as relay:
            main, terminal = pty.openpty()
            command = [*common.client_command(), *common.place(relay.port), "shared/a", "--output", str(self.output)]
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=terminal,
                                  env={**os.environ, "TERM": "xterm"}) as client:
                os.close(terminal)
                shown = b""
                end = time.monotonic() + harness.PATIENCE
                while b"/3.0 MiB" not in shown and time.monotonic() < end:
                    if select.select([main], [], [], 1)[0]:
                        shown += os.read(main, 4096)
                relay.release()
                while select.select([main], [], [], harness.PATIENCE)[0]:
                    try:
                        piece = os.read(main, 4096)
                    except OSError:  # the terminal's end
                        break
                    shown += piece
                self.assertEqual(client.wait(harness.PATIENCE), 0)
            os.close(main)
        self.assertIn(b"[....................] 0% 0 B/3.0 MiB shared/a", shown)
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)
        self.assertEqual(leftovers(self.output), [])

    def test_memory_does_not_grow_with_the_file(self):
        if harness.is_built_with("asan") or harness.is_built_with("tsan"):
            self.skipTest("a sanitizer has memory of its own")
        size = 64 * MIB
        with open(self.shared / "large", "wb") as large:
            large.truncate(size)
        with server(self.shared) as files_server:
            before = memory_of(files_server.pid)
            self.bring(files_server.port, "shared/large", "--no-verify")
            self.assertLess(memory_of(files_server.pid) - before, 8 << 10)


def memory_of(pid):
    """The most that it has had, in KiB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")))


if __name__ == "__main__":
    harness.main()
