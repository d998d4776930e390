"""Standard input as lines, and requests to stop, as events of a loop."""

import signal
import subprocess
import sys

import harness
from harness import settings


class Console(harness.TestCase):
    def start(self, **streams):
        process = harness.start(settings.engine, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **streams)
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

    def stop(self, process, number=signal.SIGINT):
        harness.send_signal(process, number)
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

    def test_the_end_of_a_line_does_not_make_it_longer(self):
        process = self.start(stdin=subprocess.PIPE)
        longest = b"x" * 65_536
        self.send(process, longest + b"\r\n" + longest + longest + b"\r\n" + longest + b"\ry\n" + longest + b"\r")
        process.stdin.close()
        lengths = ["65536", "65536", "65536", "65536", "2", "65536", "1"]
        self.assertEqual([self.said(process).split("\r")[0].split()[1] for _ in lengths], lengths)
        self.assertEqual(self.said(process), "end")
        self.stop(process)

    def write(self, process, source):
        """Python for a program of its own, which writes the input: we may not stop reading while it waits for room."""
        writer = subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.DEVNULL, stdout=process.stdin,
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(self.finish, writer)
        process.stdin.close()
        return writer

    def test_stop_while_lines_never_end(self):
        """Lines that are there already are taken through the loop, so that others get their turn and a cancel comes."""
        process = self.start(stdin=subprocess.PIPE)
        count = 2 if settings.wine else 200
        self.write(process, f"import os; [os.write(1, b'more\\n' * 10_000) for _ in range({count})]")
        self.assertEqual(self.said(process), "line 4 more")
        lines = self.stop(process)
        self.assertEqual(lines[-1], "input: operation canceled")
        self.assertIn("stop", lines)

    def test_empty_lines_are_not_read_ahead_without_bound(self):
        process = self.start(stdin=subprocess.PIPE)
        writer = self.write(process, r"import os; [os.write(1, b'\n' * 65_536) for _ in range(64)]")
        with self.assertRaises(subprocess.TimeoutExpired):  # nobody reads what the program says, so it stands still
            writer.wait(3)

    def test_no_memory_for_a_line(self):
        """Each allocation of reading a line is refused once, in whichever thread: nothing is lost, nothing comes twice."""
        process = self.start(stdin=subprocess.PIPE)
        extra = {"shortage": 0, "uncounted": 0}
        for refused in range(1, 40):
            order = f"refuse {refused}"
            lines = [f"line {n} of try {refused}, longer than a short string" for n in range(12)]
            for batch in ([order], lines):  # the order is obeyed before anything of the lines is read
                self.send(process, "".join(line + "\n" for line in batch).encode())
                for line in batch:
                    while (said := self.said(process)) in extra:
                        extra[said] += 1
                    self.assertEqual(said, f"line {len(line)} {line}")
        self.stop(process)
        if not extra["uncounted"]:  # by the thread sanitizer, whose operator new can't be replaced
            self.assertGreaterEqual(extra["shortage"], 12)  # each line is one allocation, at least

    def test_many_lines_are_not_lost(self):
        process = self.start(stdin=subprocess.PIPE)
        count = 500 if settings.wine else 20_000
        # A program of its own: we may not stop reading while it waits for room in the pipe.
        source = f"import os\nfor number in range({count}): os.write(1, b'%d\\n' % number)"
        with subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.DEVNULL, stdout=process.stdin) as writer:
            process.stdin.close()
            for number in range(count):
                self.assertEqual(self.said(process), f"line {len(str(number))} {number}")
        self.assertEqual(writer.returncode, 0)
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
        if settings.windows:
            self.skipTest("Windows has no signals")
        process = self.start(stdin=subprocess.DEVNULL)
        self.assertEqual(self.said(process), "end")
        self.assertEqual(self.stop(process, signal.SIGTERM), ["stop"])

    def test_ctrl_break(self):
        if not harness.host.CAN_SEND_CTRL_BREAK:
            self.skipTest("no console of Windows from which that key could come")
        process = self.start(stdin=subprocess.DEVNULL)
        self.assertEqual(self.said(process), "end")
        self.assertEqual(self.stop(process, signal.CTRL_BREAK_EVENT), ["stop"])


if __name__ == "__main__":
    harness.main()
