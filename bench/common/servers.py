"""Echo servers under measurement: which there are, and how one is started, found listening, and ended."""

import contextlib
import os
import random
import shlex
import signal
import socket
import subprocess
import tempfile
import time

# Serves one connection at a time, which no scenario but pp1 survives.
_NOT_BY_DEFAULT = {"blocking"}

# Name, program and arguments of everything in a build's bin directory; what isn't built is left out.
_RAW_FIRST = [("raw_epoll", "raw_epoll {port}")]
_OTHERS = [
    ("raw_poll", "raw_poll {port}"),
    ("raw_select", "raw_select {port}"),
    ("raw_uring", "raw_uring {port}"),
    ("raw_uring_multishot", "raw_uring_multishot {port}"),
    ("libuv", "peer_libuv {port}"),
    ("libev", "peer_libev {port}"),
    ("asio callbacks", "peer_asio {port} callbacks"),
    ("asio coroutines", "peer_asio {port} coroutines"),
]


def engines_of(directory):
    """The engines that Pier's echo server says it can run here."""
    program = os.path.join(directory, "pier-echo-server")
    if not os.access(program, os.X_OK):
        return []
    said = subprocess.run([program, "--list-engines"], stdout=subprocess.PIPE, text=True, timeout=10, check=False).stdout
    engines = said.split("\n\n")[0].splitlines()[1:]  # below their heading, before the models
    lines = (line.split(": ", 1) for line in engines if ": " in line)
    return [name for name, text in lines if not text.startswith("can't run here") and name not in _NOT_BY_DEFAULT]


def pier_command(engine):
    return "pier-echo-server --engine %s --listen 127.0.0.1:{port}" % engine


def default_servers(directory, engines):
    """{name: command} of the servers in `directory`, the base first."""
    known = _RAW_FIRST + [("pier " + engine, pier_command(engine)) for engine in engines] + _OTHERS
    servers = {}
    for name, command in known:
        program, arguments = command.split(" ", 1)
        path = os.path.join(directory, program)
        if os.access(path, os.X_OK):
            servers[name] = "%s %s" % (shlex.quote(path), arguments)
    return servers


def add_arguments(parser):
    parser.add_argument("--bin", metavar="DIR", help="a build's bin directory: the load generator and the default servers")
    parser.add_argument("--engines", metavar="NAME,...", help="of pier-echo-server in --bin (what it lists)")
    parser.add_argument("--server", action="append", default=[], metavar="NAME='COMMAND'",
                        help="one more server; {port} stands for its port, {bin} for --bin")
    parser.add_argument("--only", metavar="NAME,...", help="only these servers, in this order: the first is the base")
    parser.add_argument("--load", metavar="PATH", help="the load generator, if it isn't in --bin")


def chosen(options, parser):
    """(servers, path of the load generator) after what the command line asks for."""
    servers = {}
    if options.bin:
        engines = engines_of(options.bin) if options.engines is None else [e for e in options.engines.split(",") if e]
        servers.update(default_servers(options.bin, engines))
    for text in options.server:
        name, separator, command = text.partition("=")
        if not separator or "{port}" not in command:
            parser.error("--server wants NAME='COMMAND with {port}', not %r" % text)
        servers[name] = command.replace("{bin}", options.bin or "")
    if options.only:
        unknown = [name for name in options.only.split(",") if name not in servers]
        if unknown:
            parser.error("no server is named %s; there are: %s" % (", ".join(unknown), ", ".join(servers)))
        servers = {name: servers[name] for name in options.only.split(",")}
    load = options.load or (options.bin and os.path.join(options.bin, "echoload"))
    if not servers or not load:
        parser.error("nothing to measure: give --bin, or --server and --load")
    if not os.access(load, os.X_OK):
        parser.error("no load generator at %s" % load)
    return servers, load


def free_port():
    """A free port below those that the kernel hands out, which thousands of clients are about to use."""
    for _ in range(1000):
        port = random.randint(12000, 32000)
        with socket.socket() as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise RuntimeError("no free port")


def is_listening(port):
    wanted = ":%04X" % port
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError), open(table) as lines:
            for line in lines:
                fields = line.split()
                if fields[1].endswith(wanted) and fields[3] == "0A":
                    return True
    return False


def session_of(leader):
    """The ids of all processes in the session that `leader` leads: the program behind any wrapper script too."""
    members = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError, IndexError), open("/proc/%s/stat" % entry) as stat:
                if int(stat.read().rsplit(")", 1)[1].split()[3]) == leader:
                    members.append(int(entry))
    return members


class Running:
    """A started server. `ready` tells whether it came to listen, `why_not` what it said instead."""

    def __init__(self, process, said):
        self.process = process
        self._said = said
        self.ready = False

    def wait_until_listening(self, port, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if is_listening(port):
                self.ready = True
                return
            time.sleep(0.02)

    def why_not(self):
        self._said.seek(0)
        lines = [line.strip() for line in self._said.read().decode(errors="replace").splitlines() if line.strip()]
        ended = self.process.poll()
        state = "still running" if ended is None else "ended with status %d" % ended
        return "did not listen (%s)%s" % (state, ": " + lines[-1][:160] if lines else "")

    def members(self):
        return session_of(self.process.pid)


@contextlib.contextmanager
def running(argv, port, seconds, environment=None):
    """Starts a server in a session of its own, waits until it listens, and ends that session on the way out."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
                                   env=environment)
        server = Running(process, said)
        try:
            server.wait_until_listening(port, seconds)
            yield server
        finally:
            end(process)


def end(process, seconds=3):
    """Ends the session of a process started above, first politely."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, kind)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return
    process.wait()


def load_result(text):
    """The load generator's line of key=value as a dictionary, numbers as numbers."""
    result = {}
    for word in text.split():
        key, separator, value = word.partition("=")
        if separator:
            try:
                result[key] = float(value)
            except ValueError:
                result[key] = value
    return result
