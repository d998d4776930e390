"""What a page tells its reader to type. Commands of Pier's programs are run, on loopback and on free ports; of scripts,
builds and measurements it is checked that the file and its options exist.
"""

import functools
import json
import os
import re
import select
import shlex
import signal
import subprocess
import tempfile
import time

from pages import Block

PATIENCE = 60  # seconds: for whatever is expected to happen
MOST_BYTES = 16 << 20  # that a client sends here
BYTES_FOR_A_MESSAGE = 1 << 20  # of work that each round of messages counts for, besides its bytes

SERVER_OF = {"pier-echo-client": "pier-echo-server", "pier-chat-client": "pier-chat-server",
             "pier-file-client": "pier-file-server"}
# What a server is started with where a page starts a client alone; the files are those of fixtures().
SERVED = {"pier-file-server": ["photos", "notes.txt"], "pier-echo-server": ["--tcp", "--udp"]}
SERVERS = set(SERVER_OF.values())
# What these send or capture would go by an interface of this machine, and takes a privilege: their options are checked.
OPTIONS_ALONE = ("pier-arp-scan", "pier-ping", "pier-send-frame", "pier-sniff")
PROGRAMS = {*SERVERS, *SERVER_OF, "pier-compare", "pier-interfaces", "pier-ipc", "pier-lookup", "pier-multicast", "pier-nc",
            "pier-netcalc", "pier-sockopt", *OPTIONS_ALONE}
COMMANDS = [*([name] for name in sorted({*SERVERS, *SERVER_OF})),
            ["pier-compare"], *(["pier-compare", name] for name in ("merge", "diff", "trace")),
            ["pier-interfaces"], ["pier-ipc"], ["pier-ipc", "clean"], ["pier-lookup"], ["pier-nc"],
            ["pier-sockopt"], *([name] for name in OPTIONS_ALONE),
            ["pier-multicast"], *(["pier-multicast", name] for name in ("receive", "send")),
            ["pier-netcalc"], *(["pier-netcalc", name] for name in ("split", "merge", "range", "contains"))]

# Lines that are neither run nor checked, each with its reason.
EXEMPT = [
    (r"(export )?PIER_WINE=", "sets what the lines below it, which need Wine, run in"),
    (r"exec 3<>/dev/tcp/", "a load by the shell itself, for a server under Wine"),
    (r"printf '%064d' 0 >&3", "the same loop's second line"),
    (r"grep -E 'Call ", "counts lines of a trace that Wine has written"),
    (r"cmake --install ", "needs an installation's prefix"),
    (r"tcpdump -w - \|", "another program captures, which takes a privilege"),
]


class Wrong(Exception):
    pass


@functools.cache
def output_of(*command):
    """Of what says the same whenever it is asked: helps and lists."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
                          timeout=PATIENCE).stdout


def split_commands(text):
    """(line, words) of each command: continuations joined, comments and a final & left out."""
    joined, first = "", 0
    for number, line in enumerate(text.splitlines()):
        if not joined:
            first = number
        joined += line[:-1] + " " if line.endswith("\\") else line
        if line.endswith("\\"):
            continue
        if joined.strip() and not joined.lstrip().startswith("#"):
            yield first, joined.strip()
        joined = ""


class Checker:
    def __init__(self, root, programs, scratch):
        self.root = root
        self.programs = programs  # the folder of the built ones
        self.scratch = scratch
        listed = output_of(self.programs / "pier-echo-server", "--list-engines")
        engines = listed.split("\n\n")[0].splitlines()[1:]  # below their heading, before the models
        lines = [line.split(": ", 1) for line in engines]
        self.runnable = [name for name, text in lines if not text.startswith("can't run here")]
        described = self.root / "docs/engines"
        self.engines = {name for name, _ in lines} | {page.stem for page in described.glob("*.md")} | {"native"}

    def run(self, words, **options):
        command = [str(self.programs / words[0]), *words[1:]]
        return subprocess.run(command, cwd=self.scratch, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              encoding="utf-8", timeout=PATIENCE, **options)

    def help_of(self, words):
        return output_of(self.programs / words[0], *words[1:], "--help")

    def examples(self):
        """Those at the end of each --help, as a block of a page."""
        for command in COMMANDS:
            lines = self.help_of(command).partition("\nExamples:\n")[2].splitlines()
            text = "".join(line + "\n" for line in lines if re.match(r"  \S", line))
            if not text:
                raise ValueError(f"{' '.join(command)} --help has no examples")
            yield Block(" ".join(command) + " --help", 1, "sh", text)

    def behaviours(self):
        listed = output_of(self.programs / "pier-compare", "--list-behaviours")
        return {line.split(": ")[0] for line in listed.splitlines()}

    # Everything else than Pier's own programs.

    def check_script(self, path, words):
        script = self.root / path
        if not script.is_file() or not os.access(script, os.X_OK):
            raise Wrong(f"there is no {path} to run")
        text = script.read_text(encoding="utf-8")
        if path.startswith("bench/"):
            text = output_of(script, "--help")
        if path == "ci/wine-run":
            return  # what follows is a program's
        for word in words:
            option = word.split("=")[0]
            if re.match(r"--[a-z]", option) and option not in text:
                raise Wrong(f"{path} has no option {option}")

    def check_built(self, name, words):
        """A program of the build tree that is not run here."""
        name = name.removesuffix(".exe")
        if name in PROGRAMS:
            return self.check_options([name], words)
        source = self.root / f"bench/{name}.cpp"
        if not source.is_file():
            raise Wrong(f"nothing that is built is called {name}")
        options = self.root / f"bench/{name}_options.hpp"
        text = options.read_text(encoding="utf-8") if options.is_file() else source.read_text(encoding="utf-8")
        for word in words:
            if word.startswith("--") and word[2:].split("=")[0] not in text:
                raise Wrong(f"{name} has no option {word}")

    def check_cmake(self, words):
        presets = json.loads((self.root / "CMakePresets.json").read_text(encoding="utf-8"))
        known = {entry["name"] for entry in presets["workflowPresets" if "--workflow" in words else "configurePresets"]}
        if "--preset" not in words:
            raise Wrong("a cmake without --preset; say in EXEMPT why it is not checked")
        preset = words[words.index("--preset") + 1]
        if preset not in known:
            raise Wrong(f"there is no preset {preset}")

    # Pier's programs.

    def check_options(self, command, words):
        text = self.help_of(command)
        for word in words:
            option = word.split("=")[0]
            if option.startswith("--") and not re.search(re.escape(option) + r"(?![\w-])", text):
                raise Wrong(f"{' '.join(command)} has no option {option}")
        for engine in self.named(words, "--engine"):
            if engine not in self.engines:
                raise Wrong(f"there is no engine {engine}")

    @staticmethod
    def named(words, option):
        values = [words[i + 1] for i, word in enumerate(words[:-1]) if word == option]
        return [name for value in values for name in value.split(",")]

    def with_engines_of_here(self, words):
        """The same command with engines that can run here, where it names others."""
        words = list(words)
        for i, word in enumerate(words[:-1]):
            if word == "--engine":
                names = words[i + 1].split(",")
                here = [name for name in names if name in self.runnable or name == "native"]
                others = [name for name in self.runnable if name not in here]
                words[i + 1] = ",".join(here + others[: len(names) - len(here)])
        return words

    def run_compare(self, words):
        command = ["pier-compare"]
        if words and words[0] in ("merge", "diff", "trace"):
            command.append(words[0])
        self.check_options(command, words[len(command) - 1:])
        words = self.with_engines_of_here(words)
        if "--models" in words:  # some fifty servers, which the test apps.compare.models starts
            return
        lists = any(word.startswith("--list-") for word in words)
        if len(command) == 1 and not lists:  # not everything by every engine, which the test compare.expected does
            if "--behaviour" not in words:
                words += ["--behaviour", "echo-1B"]
            if "--engine" not in words:
                words += ["--engine", self.runnable[0]]
        done = self.run(["pier-compare", *words])
        # 1: an outcome is outside of the contract, which is not the page's fault.
        if done.returncode not in (0, 1):
            raise Wrong(f"status {done.returncode}: {done.stderr.strip()}")

    def run_ipc(self, words):
        """With few messages; and nothing is removed that somebody may want to find."""
        clean = "clean" in words
        self.check_options(["pier-ipc", "clean"] if clean else ["pier-ipc"], words)
        words = self.with_engines_of_here(words)
        for option in ("--seconds", "--count"):
            if option in words:
                place = words.index(option)
                del words[place:place + 2]
        if clean and "--list" not in words:
            words.append("--list")
        if not clean and "--list-engines" not in words:
            words += ["--count", "5"]
        done = self.run(["pier-ipc", *words])
        if done.returncode != 0:
            raise Wrong(f"status {done.returncode}: {done.stderr.strip()}")

    def run_nc(self, words):
        """The options as far as the program looks at each by itself: its conversations need somebody to talk with."""
        self.check_options(["pier-nc"], words)
        done = self.run(["pier-nc", *self.with_engines_of_here(words), "--list-engines"])
        if done.returncode != 0:
            raise Wrong(f"status {done.returncode}: {done.stderr.strip()}")

    def check_multicast(self, words):
        """Its options: what it does would go by an interface of this machine."""
        if words[0] not in ("receive", "send"):
            raise Wrong(f"pier-multicast has no command {words[0]}")
        own = self.help_of(["pier-multicast", words[0]])
        rest = [word for word in words if word.startswith("--") and word.split("=")[0] not in own]
        self.check_options(["pier-multicast"], rest)

    def run_netcalc(self, words):
        commands = [word for word in words[:1] if ["pier-netcalc", word] in COMMANDS]
        self.check_options(["pier-netcalc", *commands], words)
        done = self.run(["pier-netcalc", *words])
        if done.returncode != 0:
            raise Wrong(f"status {done.returncode}: {done.stderr.strip()}")

    def run_once(self, program, words, statuses=(0,)):
        """Nothing that these ask for leaves this machine."""
        self.check_options([program], words)
        done = self.run([program, *words])
        if done.returncode not in statuses:
            raise Wrong(f"status {done.returncode}: {done.stderr.strip()}")

    @staticmethod
    def with_less_work(words):
        """The same command with fewer messages: it is not measured here, and may run unoptimized on a busy machine."""
        def value(option, usual):
            text = words[words.index(option) + 1] if option in words else usual
            return int(text.rstrip("KM")) * {"K": 1 << 10, "M": 1 << 20}.get(text[-1], 1)

        words = list(words)
        if "--count" in words:
            bytes_of_each = value("--bytes", "64") * value("--connections", "1")
            few = max(1, MOST_BYTES // (bytes_of_each + BYTES_FOR_A_MESSAGE))
            words[words.index("--count") + 1] = str(min(value("--count", "1"), few))
        return words

    def run_client(self, program, words, server):
        self.check_options([program], words)
        words = self.with_less_work(self.with_engines_of_here(words))
        udp = {"pier-echo-client": "--udp" in words, "pier-chat-client": "--tcp" not in words}
        address = server.addresses["udp" if udp.get(program, False) else "tcp"]
        if "--connect" in words:
            words[words.index("--connect") + 1] = address
        else:
            words += ["--connect", address]
        with tempfile.TemporaryDirectory() as output:  # where no file is in the way
            if "--output" in words:
                words[words.index("--output") + 1] = output
            elif program == "pier-file-client":
                words += ["--output", output]
            done = self.run([program, *words])
        if done.returncode != 0:
            raise Wrong(f"status {done.returncode}: {done.stderr.strip()}")

    def run_block(self, block):
        """A sentence for each command that does not do what the page says."""
        server = None
        try:
            for offset, line in split_commands(block.text):
                place = f"{block.page}:{block.line + offset}"
                try:
                    if any(re.match(pattern, line) for pattern, _ in EXEMPT):
                        continue
                    # A redirection and what follows, and a final &, are the shell's.
                    words = shlex.split(re.sub(r"\s(&|\d?[<>]\S+)(?=\s|$)", " ", line), comments=True)
                    while words and re.match(r"[A-Z_]+=", words[0]):
                        words.pop(0)
                    program, rest = words[0], words[1:]
                    if program in SERVERS:
                        self.check_options([program], rest)
                        if any(word.startswith("--list-") for word in rest):
                            done = self.run(words)
                            if done.returncode != 0:
                                raise Wrong(f"status {done.returncode}: {done.stderr.strip()}")
                            continue
                        if server:
                            server.stop()
                        server = Server(self, program, self.with_engines_of_here(rest))
                    elif program in SERVER_OF:
                        if server and server.program != SERVER_OF[program]:
                            server.stop()
                            server = None
                        if not server:
                            server = Server(self, SERVER_OF[program], SERVED.get(SERVER_OF[program], []))
                        self.run_client(program, rest, server)
                    elif program == "pier-compare":
                        self.run_compare(rest)
                    elif program == "pier-ipc":
                        self.run_ipc(rest)
                    elif program == "pier-nc":
                        self.run_nc(rest)
                    elif program == "pier-interfaces":
                        self.run_once(program, rest, (0, 1))  # 1: this machine has nothing to show
                    elif program in ("pier-lookup", "pier-sockopt"):
                        self.run_once(program, rest)
                    elif program == "pier-multicast":
                        self.check_multicast(rest)
                    elif program in OPTIONS_ALONE:
                        self.check_options([program], rest)
                    elif program == "pier-netcalc":
                        self.run_netcalc(rest)
                    elif program == "cmake":
                        self.check_cmake(rest)
                    elif re.match(r"(\./)?(ci|bench)/", program):
                        self.check_script(program.removeprefix("./"), rest)
                    elif re.match(r"build/[\w-]+/bin/", program):
                        self.check_built(program.rsplit("/", 1)[-1], rest)
                    else:
                        raise Wrong(f"what is {program}? Say in EXEMPT of tests/docs/commands.py why it is not checked")
                except (Wrong, ValueError, subprocess.TimeoutExpired) as wrong:
                    yield f"{place}: {wrong}\n    {line}"
        finally:
            if server:
                try:
                    server.stop()
                except Wrong as wrong:
                    yield f"{block.place}: {wrong}"


class Server:
    """A server as the page starts it, but on free ports."""

    def __init__(self, checker, program, words):
        self.program = program
        words = list(words)
        if "--listen" not in words:
            words += ["--listen", "127.0.0.1:0"]
        for i, word in enumerate(words[:-1]):
            if word == "--listen":
                words[i + 1] = re.sub(r":\d+$", ":0", words[i + 1])
        speaks_both = program == "pier-chat-server" or ("--tcp" in words and "--udp" in words)
        expected = words.count("--listen") * (2 if speaks_both else 1)
        self.process = subprocess.Popen([checker.programs / program, *words], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=checker.scratch)
        lines = self.read_lines(expected)
        if len(lines) < expected:
            self.process.kill()
            raise Wrong(f"the server did not come up: {self.process.communicate()[1].decode().strip()}")
        self.addresses = {}  # by protocol, of the first place
        for line in lines:
            _, protocol, address, *_ = line.split()
            self.addresses.setdefault(protocol, address)

    def read_lines(self, count):
        text, end = b"", time.monotonic() + PATIENCE
        while text.count(b"\n") < count:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                break
            piece = os.read(self.process.stdout.fileno(), 4096)
            if not piece:
                break
            text += piece
        return text.decode().splitlines()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            _, complaint = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise Wrong("the server did not end after SIGTERM") from None
        if self.process.returncode != 0:
            raise Wrong(f"the server's status is {self.process.returncode}: {complaint.decode().strip()}")


def fixtures(root, scratch):
    """The files that commands name and that an earlier one has not written."""
    (scratch / "photos").mkdir(exist_ok=True)
    for name in ("notes.txt", "photos/cat.jpg"):
        (scratch / name).write_bytes(b"meow")
    for name in ("linux", "wine-10"):
        text = (root / f"ci/expected/{name}.json").read_text(encoding="utf-8")
        for copy in (f"{name}.json", "old.json", "new.json"):
            (scratch / copy).write_text(text, encoding="utf-8")


def known_options(checker, root):
    """Every word that begins with two dashes and is an option of something here, for what prose names."""
    known = {"--preset", "--install", "--prefix", "--workflow"}
    for command in COMMANDS:
        known |= set(re.findall(r"--[a-z][\w-]*", checker.help_of(command)))
    for script in [*(root / "ci").iterdir(), *(root / "bench").glob("*.py"), *(root / "bench").glob("common/*.py"),
                   *(root / "tests/contract/support").glob("*.cpp"), *(root / "bench").glob("*_options.hpp")]:
        if script.is_file():
            text = script.read_text(encoding="utf-8")
            known |= set(re.findall(r"--[a-z][\w-]*", text))
            if script.suffix == ".hpp":
                known |= {"--" + name for name in re.findall(r'"([a-z][a-z-]*)"', text)}
    return known
