"""A chat room as its users see it: from pipes, and from programs that keep no rules.

    room.py --engine=NAME --clients=COMMAND Everybody -- SERVER

The clients of the class Everybody may be another system's.
"""

import contextlib
import random
import signal
import struct
import unittest

import wire
from wire import ChatServer, Client, Raw

import harness
from harness import settings

LINES = 5  # of each client: fewer than the server takes at once


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def many():
    """Each program takes a while to start where Wine starts it."""
    return 50 if wire.other.command or not settings.wine else 12


class Everybody(harness.TestCase):
    def test_each_line_comes_once_and_in_order(self):
        with ChatServer() as server, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(Client(server, f"client-{n}", tcp=n % 4 == 3)) for n in range(many())]
            for client in clients:
                client.joined()
            for number in range(LINES):
                for client in clients:
                    client.type(f"line {number}")
            wanted = {client.name: [f"line {number}" for number in range(LINES)] for client in clients}
            for client in clients:
                seen = {name: [] for name in wanted}
                for _ in range(len(clients) * LINES):
                    while not (line := client.next(60)).startswith("<"):
                        self.assertRegex(line, r"^\* client-\d+ joined$")
                    name, text = line[1:].split("> ", 1)
                    seen[name].append(text)
                self.assertEqual(seen, wanted)
            for client in clients:
                client.close()
            for client in clients:
                while line := client.next(60):
                    self.assertRegex(line, r"^\* client-\d+ left$")
                if status := client.wait():
                    self.fail(f"{client.name}: {status}, {client.complaint()!r}")
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.complaints(), "")


class Room(harness.TestCase):
    def test_lines_of_a_pipe_come_in_order(self):
        """More than the server takes at once: the client sends them no faster than it may."""
        with ChatServer("--rate", "200") as server, Client(server, "seq") as client:
            client.joined()
            client.type(*[str(number) for number in range(60)])
            status, lines = client.leave()
            self.assertEqual((status, lines), (0, [f"<seq> {number}" for number in range(60)]))
            self.assertEqual(client.complaint(), "")

    def test_a_last_line_needs_no_end_and_complaints_go_to_stderr(self):
        with ChatServer() as server, Client(server, "bob") as client:
            client.joined()
            client.type("/nothing", "", "//slash")
            client._process.stdin.write(b"last")
            status, lines = client.leave()
            self.assertEqual((status, lines), (0, ["<bob> /slash", "<bob> last"]))
            self.assertEqual(client.complaint(), "pier-chat-client: there is no command /nothing; see /help")
            self.assertEqual(client.complaint(), "")

    def test_a_line_that_is_too_long_is_refused_whole(self):
        """However long: no part of it goes out as a line of its own, and what follows it does."""
        for size in (1001, 64 << 10, (64 << 10) + 1, 200_000):
            with self.subTest(size=size), ChatServer() as server, Client(server, "lng") as client:
                client.joined()
                client.type("before", "x" * size, "after")
                status, lines = client.leave()
                self.assertEqual((status, lines), (1, ["<lng> before", "<lng> after"]))
                self.assertEqual(client.complaint(),
                                 "pier-chat-client: a line has at most 1000 bytes; it was not sent")
                self.assertEqual(client.complaint(), "")

    def test_commands(self):
        for tcp in (False, True):
            with self.subTest(tcp=tcp), ChatServer() as server, Client(server, "Eve") as eve:
                eve.joined()
                with Client(server, "bob", tcp=tcp) as bob:
                    bob.joined()
                    eve.expect("* bob joined")
                    self.talk(bob, eve)

    def talk(self, bob, eve):
        bob.type("/who", "/msg EVE psst", "/msg nobody hi", "/msg ev3 hi", "/nick B0B", "/nick 3ve", "/nick eve")
        self.assertEqual([bob.next() for _ in range(7)], [
            "* here (2): Eve, bob", "* to Eve: psst", "* nobody here is called nobody", "* nobody here is called ev3",
            "* bob is now B0B", "* B0B is now 3ve", "* the name eve looks like Eve, who is here"])
        self.assertEqual([eve.next() for _ in range(3)], ["*bob* psst", "* bob is now B0B", "* B0B is now 3ve"])
        bob.type("/help", "/quit")
        self.assertIn("/who ", bob.next())
        eve.expect("* 3ve left")
        self.assertEqual(bob.wait(), 0)

    def test_names_that_look_alike_are_refused(self):
        with ChatServer() as server, Client(server, "Bill0") as first:
            first.joined()
            for name, tcp in (("bill0", False), ("bi11o", True), ("BlIlO", False)):
                with Client(server, name, tcp=tcp) as second:
                    self.assertEqual(second.complaint(), "pier-chat-client: joining 127.0.0.1:"
                                     f"{server.tcp if tcp else server.udp}: the name {name} looks like Bill0, who is here")
                    self.assertEqual(second.wait(), 1)
            with Raw(server, "b\u043eb") as cyrillic:
                kind, _, body = cyrillic.ask()
                self.assertEqual(kind, wire.REFUSED)
                self.assertIn(b"no name here", body)

    def test_a_client_that_is_no_more_is_gone(self):
        with ChatServer("--timeout", "2") as server, Client(server, "ann") as ann, contextlib.ExitStack() as stack:
            ann.joined()
            with Raw(server, "raw") as raw:
                raw.join()
            wanted = {"* raw left (silent for 2 s)"}
            if not settings.wine:  # where a kill would end what starts the program
                for name, tcp, reason in (("bob", False, "silent for 2 s"), ("carl", True, "the connection broke")):
                    stack.enter_context(Client(server, name, tcp=tcp)).joined().kill()
                    wanted.add(f"* {name} left ({reason})")
            while wanted:
                line = ann.next()
                self.assertIn(line, wanted | {"* raw joined", "* bob joined", "* carl joined"})
                wanted.discard(line)
            self.assertEqual(ann.leave(), (0, []))

    def test_who_is_silent_on_a_connection_is_gone(self):
        with ChatServer("--timeout", "1") as server, server.connect() as silent:
            self.assertEqual(silent.recv(1), b"")

    def test_noise(self):
        random.seed(9)
        with ChatServer() as server, Client(server, "ann") as ann, Raw(server, "raw") as raw:
            ann.joined()
            raw.join()
            good = Raw.packet(wire.PING, raw.token)
            for number in range(10_000):
                noise = random.randbytes(random.randrange(1400))
                if number % 4 == 1:
                    noise = good[:random.randrange(len(good))]
                elif number % 4 == 2:  # somebody guesses
                    noise = Raw.packet(wire.DATA, random.getrandbits(64) | 1, noise[:100])
                elif number % 4 == 3:
                    noise = (Raw.packet(wire.JOIN) + noise)[:128]
                raw.send(noise)
            ann.type("still here")
            ann.expect("<ann> still here")
            self.assertEqual(ann.leave()[0], 0)
            self.assertEqual(server.stop(), 0)
            self.assertRegex(server.complaints(), r"^pier-chat-server: \d+ packets were none of this chat's")

    def test_what_comes_late_from_who_has_left_is_no_noise(self):
        with ChatServer() as server, Raw(server, "raw") as raw, Raw(server, "second") as second:
            raw.join()
            raw.tell(wire.BYE)
            for _ in raw.messages_until(wire.FAREWELL):  # which tells the server that it has come
                pass
            for _ in range(3):
                raw.send(Raw.packet(wire.PING, raw.token))
            second.join()  # so these have been taken
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.complaints(), "")

    def test_a_token_counts_at_its_address_alone(self):
        with ChatServer() as server, Raw(server, "raw") as raw, Raw(server, "thief") as thief:
            raw.join()
            thief.token = raw.token
            thief.say(1, b"stolen")
            raw.token, token = raw.token ^ 1, raw.token
            raw.say(1, b"guessed")
            raw.token, raw._number = token, 0
            raw.say(1, b"mine")
            *_, (_, body) = raw.messages_until(wire.SAID)
            self.assertEqual(body[-4:], b"mine")

    def test_nonsense_in_a_connection_ends_it(self):
        with ChatServer() as server, server.connect() as client:
            client.sendall(b"\x00\x05hello")
            self.assertEqual(client.recv(1), b"")
            with server.connect() as second:
                second.sendall(b"\xff\xff")
                second.settimeout(harness.PATIENCE)
                with contextlib.suppress(ConnectionError):
                    self.assertEqual(second.recv(1), b"")

    def test_loss_is_shown(self):
        with ChatServer() as server, Client(server, "ann") as ann, Raw(server, "raw") as raw:
            ann.joined()
            raw.join()
            raw.say(1, b"one")
            raw.say(2, b"two")
            raw.say(2, b"two again, by another program's mistake")
            raw.say(5, b"five")
            raw.say(7, b"seven")
            raw.say(4_000_000_000, b"a lie")
            ann.expect("* raw joined")
            self.assertEqual([ann.next() for _ in range(8)], [
                "<raw> one", "<raw> two", "<raw> two again, by another program's mistake", "* 2 lines of raw lost",
                "<raw> five", "* 1 line of raw lost", "<raw> seven", "* 64 lines of raw lost"])

    def test_what_strangers_say_is_clean(self):
        with ChatServer() as server, Client(server, "ann") as ann, Raw(server, "raw") as raw:
            ann.joined()
            raw.join()
            raw.say(1, b"a\x1b[2Jb\x07\x1b]0;title\x07c\r\nd\xff\xe2\x80\xaee\tf\xc2\x9b31mg")
            raw.say(2, b"\x1b[31m")  # of which nothing is left
            raw.say(3, b"end")
            ann.expect("* raw joined")
            self.assertEqual(ann.next(), "<raw> abcd\ufffde fg")
            self.assertIn(ann.next(), ("* 1 line of raw lost", "<raw> end"))

    def test_a_flood_is_stopped_and_said_once(self):
        with ChatServer("--burst", "5", "--rate", "1") as server, Client(server, "ann") as ann, Raw(server, "raw") as raw:
            ann.joined()
            raw.join()
            for number in range(1, 31):
                raw.say(number, b"flood")
            raw.tell(wire.BYE)
            messages = raw.messages_until(wire.FAREWELL)
            notes = [body for kind, body in messages if kind == wire.NOTE]
            self.assertEqual(len(notes), 1, notes)
            self.assertIn(b"too fast: 5 lines at once", notes[0])
            said = [kind for kind, _ in messages].count(wire.SAID)
            self.assertIn(said, range(5, 15))
            before = ann.expect("* raw left")
            self.assertEqual(before, ["* raw joined"] + ["<raw> flood"] * said)  # what was refused is not lost

    def test_the_room_is_full(self):
        with ChatServer("--max-clients", "1") as server, Raw(server, "one") as one, Raw(server, "two") as two:
            one.join()
            kind, _, body = two.ask()
            self.assertEqual((kind, body[8:]), (wire.REFUSED, b"the room is full: 1 are in it"))

    def test_the_end_of_the_server(self):
        with ChatServer() as server, Client(server, "ann") as ann, Client(server, "bob", tcp=True) as bob:
            ann.joined()
            bob.joined()
            self.assertEqual(server.stop(), 0)
            for client in (ann, bob):
                self.assertEqual(client.complaint(),
                                 "pier-chat-client: the server has ended our part: the server ends")
                self.assertEqual(client.wait(), 1)

    def test_a_client_that_is_asked_to_stop_says_goodbye(self):
        with ChatServer() as server, Client(server, "ann") as ann, Client(server, "bob") as bob:
            ann.joined()
            bob.joined()
            bob.send_signal(signal.SIGINT)
            ann.expect("* bob left")
            self.assertEqual(bob.wait(), 0)

    def test_nobody_answers(self):
        class Nobody:
            udp = tcp = 0

        with Raw(Nobody, "x") as silent:
            Nobody.udp = silent.socket.getsockname()[1]
            with Client(Nobody, "ann", timeout=0.6) as ann:
                self.assertEqual(ann.complaint(), f"pier-chat-client: joining 127.0.0.1:{Nobody.udp}: nobody has answered "
                                 "in 0.6 s; is the server running, and is the port right?")
                self.assertEqual(ann.wait(), 1)
            asked = 0
            silent.socket.settimeout(0.1)
            with contextlib.suppress(TimeoutError):
                while True:
                    self.assertEqual(len(silent.socket.recv(2048)), 128)
                    asked += 1
            self.assertIn(asked, range(2, 4))  # at once, after 0.25 s, and perhaps once more

    def test_a_join_over_a_network_that_loses(self):
        class Lossy:
            udp = tcp = 0

        with Raw(Lossy, "x") as lossy:
            Lossy.udp = lossy.socket.getsockname()[1]
            with Client(Lossy, "ann") as ann:
                ann.type("hello")
                self.assertEqual(lossy.receive(wire.JOIN)[0], wire.JOIN)  # lost
                packet, client = lossy.socket.recvfrom(2048)  # the second one
                body = packet[12:20] + struct.pack(">IIHH", 1, 30_000, 20, 10)
                lossy.socket.sendto(Raw.packet(wire.WELCOME, 9, body), client)
                self.assertEqual(lossy.receive(wire.PING)[1], 9)  # lost
                self.assertEqual(lossy.receive(wire.JOIN)[0], wire.JOIN)
                lossy.socket.sendto(Raw.packet(wire.WELCOME, 10, body), client)  # it had forgotten the other one
                self.assertEqual(lossy.receive(wire.PING)[1], 10)
                lossy.socket.sendto(Raw.packet(wire.PONG, 10), client)
                kind, token, body = lossy.receive(wire.DATA)
                self.assertEqual((token, body), (10, struct.pack(">IIBI", 1, 1, wire.SAY, 1) + b"hello"))
                lossy.socket.sendto(Raw.packet(wire.GONE, 11, b"by a stranger"), client)
                lossy.socket.sendto(Raw.packet(wire.GONE, 10, b"enough"), client)
                self.assertEqual(ann.complaint(), "pier-chat-client: the server has ended our part: enough")

    def test_a_join_that_is_repeated_makes_one_member(self):
        with ChatServer() as server, Client(server, "ann") as ann, Raw(server, "raw") as raw:
            ann.joined()
            raw.join()
            kind, token, _ = raw.ask()
            self.assertEqual((kind, token), (wire.WELCOME, raw.token))
            raw.say(1, b"one")
            ann.expect("<raw> one")
            ann.type("/who")
            self.assertEqual(ann.next(), "* here (2): ann, raw")

    def test_a_server_that_falls_silent(self):
        class Mute:
            udp = tcp = 0

        with Raw(Mute, "x") as mute:
            Mute.udp = mute.socket.getsockname()[1]
            with Client(Mute, "ann") as ann:
                packet, client = mute.socket.recvfrom(2048)
                body = packet[12:20] + struct.pack(">IIHH", 1, 500, 20, 10)
                mute.socket.sendto(Raw.packet(wire.WELCOME, 9, body), client)
                mute.socket.sendto(Raw.packet(wire.PONG, 9), client)
                self.assertEqual(ann.complaint(), "pier-chat-client: the server has not answered for 0.5 s")
                self.assertEqual(ann.wait(), 1)

    def test_help(self):
        output = self.help_for_people()
        for line in ("Connections:", "Chat:", "Engine:"):
            self.assertIn(line, output.splitlines())
        self.assertNotIn("--threads", output)
        server, settings.command = settings.command, wire.client_command()[:-2]
        try:
            self.assertIn("Chat:", self.help_for_people().splitlines())
        finally:
            settings.command = server

    def test_an_engine_that_does_one_thing_at_a_time(self):
        status, output, complaint = harness.run("--engine", "blocking")
        self.assertEqual((status, output), (2, ""))
        self.assertIn("waits for one socket", complaint)
        server, settings.command = settings.command, wire.client_command()[:-2]
        try:
            status, output, complaint = harness.run("--engine", "blocking")
            self.assertEqual((status, output), (2, ""))
            self.assertIn("keyboard and network", complaint)
            for name in ("a b", "", "b\u00f6b"):
                status, output, complaint = harness.run("--name", name)
                self.assertEqual((status, output), (2, ""))
                self.assertIn("is no name here", complaint)
        finally:
            settings.command = server


if __name__ == "__main__":
    wire.main()
