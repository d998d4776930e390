"""Standard input as lines, and requests to stop, as events of a loop."""

import os
import signal
import subprocess

import harness
from harness import settings


class Console(harness.TestCase):
    def start(self, **streams):
        process = subprocess.Popen([*settings.command, settings.engine], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   **streams)
        self.addCleanup(self.finish, process)
        self.assertEqual(self.said(process), "ready")
        return process

    @staticmethod
    def finish(process):
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()

    @staticmethod
    def said(process):
        return process.stdout.readline().decode().rstrip("\n")

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        lines = []
        while line := self.said(process):
            lines.append(line)
        self.assertEqual(harness.ended(process.wait(harness.PATIENCE)), 0)
        return lines

    def send(self, process, data):
        process.stdin.write(data)
        process.stdin.flush()

    def test_lines_come_one_by_one(self):
        process = self.start(stdin=subprocess.PIPE)
        for text in ("hello", "", "größer", "two words "):
            self.send(process, text.encode() + b"\n")
            self.assertEqual(self.said(process), f"line {len(text.encode())} {text}")
        self.send(process, b"from windows\r\nand a half")
        self.assertEqual(self.said(process), "line 12 from windows")
        process.stdin.close()
        self.assertEqual(self.said(process), "line 10 and a half")
        self.assertEqual(self.said(process), "end")
        self.assertEqual(self.stop(process), ["stop"])

    def test_a_long_line_comes_in_pieces(self):
        process = self.start(stdin=subprocess.PIPE)
        self.send(process, b"x" * 150_000 + b"\n")
        self.assertEqual([self.said(process).split()[1] for _ in range(3)], ["65536", "65536", "18928"])
        self.stop(process)

    def test_many_lines_are_not_lost(self):
        process = self.start(stdin=subprocess.PIPE)
        count = 500 if settings.wine else 20_000
        pid = os.fork()
        if pid == 0:
            for number in range(count):
                os.write(process.stdin.fileno(), b"%d\n" % number)
            os._exit(0)
        process.stdin.close()
        for number in range(count):
            self.assertEqual(self.said(process), f"line {len(str(number))} {number}")
        os.waitpid(pid, 0)
        self.assertEqual(self.said(process), "end")
        self.stop(process)

    def test_a_deadline_loses_nothing(self):
        process = self.start(stdin=subprocess.PIPE)
        self.send(process, b"deadline\n")
        self.assertEqual(self.said(process), "line 8 deadline")
        self.assertEqual(self.said(process), "timed out")
        self.send(process, b"next\n")
        self.assertEqual(self.said(process), "line 4 next")
        self.stop(process)

    def test_stop_while_a_line_is_awaited(self):
        process = self.start(stdin=subprocess.PIPE)
        self.assertEqual(self.stop(process), ["stop", "input: operation canceled"])

    def test_without_input(self):
        process = self.start(stdin=subprocess.DEVNULL)
        self.assertEqual(self.said(process), "end")
        self.assertEqual(self.stop(process), ["stop"])

    def test_sigterm(self):
        if settings.wine:
            self.skipTest("Wine ends a program that gets SIGTERM")
        process = self.start(stdin=subprocess.DEVNULL)
        self.assertEqual(self.said(process), "end")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.said(process), "stop")
        self.assertEqual(harness.ended(process.wait(harness.PATIENCE)), 0)


if __name__ == "__main__":
    harness.main()
