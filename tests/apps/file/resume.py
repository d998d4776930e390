"""Transfers that end too early: what has come is kept, and a later run goes on from there."""

import os
import random
import unittest

import common
from common import FalseServer, Relay, content, digest, file_answer, harness, leftovers, run_client, server, settings
from transfers import MIB, Folders

SIZE = 3 * MIB
# Under Wine each start of a program takes a second.
ROUNDS = 4 if settings.windows else 20
NAME = "shared/a"


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class Resume(Folders):
    def setUp(self):
        super().setUp()
        self.data = content(SIZE)
        self.source = self.shared / "a"
        self.source.write_bytes(self.data)
        self.final = self.output / "shared" / "a"
        self.part = self.output / "shared" / "a.part"

    def there(self):
        return self.part.stat().st_size if self.part.exists() else 0

    def begin(self, files_server, allow):
        """A client that has got so many bytes and waits for more, with the relay that holds it up."""
        relay = self.enterContext(Relay(files_server.port, allow))
        client = self.enterContext(common.start_client(relay.port, NAME, "--output", self.output))
        self.addCleanup(client.kill)
        return relay, client

    def wait_for_part(self, size):
        harness.wait_for(lambda: self.there() >= size, f"{size} bytes in the part", settings.boot_time())

    def finish(self, files_server):
        output = self.bring(files_server.port, NAME)
        self.assertIn(digest(self.data), output)
        self.same(self.data, "shared", "a")
        self.assertEqual(leftovers(self.output), [])

    def test_killed_again_and_again_at_either_side_it_comes_whole_in_the_end(self):
        chance = random.Random(7)
        rounds = 4 if settings.wine else ROUNDS
        files_server = self.enterContext(server(self.shared))
        kept = 0
        for number in range(rounds):
            step = chance.randrange(1, SIZE // rounds)
            with self.subTest(round=number, step=step, kept=kept):
                relay, client = self.begin(files_server, 200 + step)
                # Every other client is killed while it works, the others when they have written all that came.
                self.wait_for_part(kept + (1 if number % 2 else step - 200))
                if number % 4 < 2:
                    client.kill()
                else:
                    files_server.__exit__()
                    files_server = self.enterContext(server(self.shared))
                    relay.cut()
                    self.assertEqual(harness.ended(client.wait(max(30, settings.boot_time()))), 1)
                client.communicate()
                self.assertGreaterEqual(self.there(), kept)
                self.assertEqual(self.part.read_bytes(), self.data[:self.there()])
                kept = self.there()
        self.assertFalse(self.final.exists())
        self.finish(files_server)

    def test_a_server_that_goes_is_told_with_what_is_kept(self):
        files_server = self.enterContext(server(self.shared))
        relay, client = self.begin(files_server, MIB)
        self.wait_for_part(MIB - 200)
        files_server.__exit__()
        relay.cut()
        output, said = client.communicate(timeout=max(30, settings.boot_time()))
        self.assertEqual((harness.ended(client.returncode), output), (1, ""))
        self.assertRegex(harness.of_the_program(said),
                         r"^pier-file-client: shared/a: .* after \d+ of 3145728 bytes; "
                         r'".*a\.part" is kept, and the same command goes on from there\n$')
        self.assertFalse(self.final.exists())
        self.finish(self.enterContext(server(self.shared)))

    def interrupt(self, files_server, size):
        _, client = self.begin(files_server, size + 200)
        self.wait_for_part(size)
        client.kill()
        client.communicate()

    def test_an_interrupt_keeps_what_has_come(self):
        files_server = self.enterContext(server(self.shared))
        _, client = self.begin(files_server, MIB)
        self.wait_for_part(MIB - 200)
        if settings.windows or settings.wine:
            self.skipTest("an interrupt there is another test's")
        harness.send_signal(client, 2)
        _, said = client.communicate(timeout=harness.PATIENCE)
        self.assertEqual((client.returncode, said), (130, ""))
        self.finish(files_server)

    def test_a_file_that_has_changed_is_brought_anew(self):
        files_server = self.enterContext(server(self.shared))
        self.interrupt(files_server, MIB)
        self.data = content(SIZE, 1)
        self.source.write_bytes(self.data)
        os.utime(self.source, (1, 1))
        status, output, said = run_client(files_server.port, NAME, "--output", self.output)
        self.assertEqual(status, 0, said)
        self.assertEqual(said, "pier-file-client: shared/a: the file has changed on the server; it is brought anew\n")
        self.assertIn(digest(self.data), output)
        self.same(self.data, "shared", "a")
        self.assertEqual(leftovers(self.output), [])

    def test_a_part_that_was_changed_is_found_out_and_given_up(self):
        files_server = self.enterContext(server(self.shared))
        self.interrupt(files_server, MIB)
        with open(self.part, "r+b") as part:
            part.seek(1000)
            part.write(b"?")
        self.assertIn("the digests differ", self.refuse(files_server.port, NAME))
        self.assertFalse(self.final.exists())
        self.assertEqual(leftovers(self.output), [])
        self.finish(files_server)

    def test_a_file_that_becomes_shorter_is_no_success(self):
        files_server = self.enterContext(server(self.shared))
        for verify in ([], ["--no-verify"]):
            with self.subTest(verify=verify):
                self.source.write_bytes(content(64 * MIB if not settings.wine else 16 * MIB))
                relay = self.enterContext(Relay(files_server.port, MIB))
                client = self.enterContext(common.start_client(relay.port, NAME, *verify, "--output", self.output))
                self.addCleanup(client.kill)
                self.assertTrue(relay.held.wait(max(30, settings.boot_time())))
                os.truncate(self.source, 2 * MIB)
                relay.release()
                output, said = client.communicate(timeout=max(30, settings.boot_time()))
                self.assertEqual((harness.ended(client.returncode), output), (1, ""), said)
                self.assertFalse(self.final.exists())

    def test_a_file_of_somebody_else_in_the_place_of_the_part_is_not_touched(self):
        self.part.parent.mkdir()
        self.part.write_bytes(b"mine")
        files_server = self.enterContext(server(self.shared))
        self.assertIn("nothing beside it says", self.refuse(files_server.port, NAME))
        self.assertEqual(self.part.read_bytes(), b"mine")
        self.bring(files_server.port, NAME, "--force")
        self.same(self.data, "shared", "a")


class Ends(Folders):
    """What a server may send that is none, or broken."""

    def check(self, *answer, expected, kept=0, arguments=()):
        with FalseServer(*answer) as false:
            said = self.refuse(false.port, "a", *arguments)
        self.assertIn(expected, said)
        self.assertFalse((self.output / "a").exists())
        part = self.output / "a.part"
        self.assertEqual(part.stat().st_size if part.exists() else 0, kept)
        for name in leftovers(self.output):
            (self.output / name).unlink()

    def test_nothing_but_the_whole_file_is_a_success(self):
        data = content(100000)
        good = b"sha256 " + digest(data).encode() + b"\n"
        bad = b"sha256 " + digest(b"").encode() + b"\n"
        short = file_answer(data[:5000], size=len(data))
        self.check(short, expected="after 5000 of 100000 bytes", kept=5000)
        self.check(short, expected="after 5000 of 100000 bytes", kept=5000, arguments=["--no-verify"])
        self.check(file_answer(data), expected="after 100000 of 100000 bytes", kept=100000)
        self.check(file_answer(data), expected="after 100000 of 100000", kept=100000, arguments=["--no-verify"])
        self.check(file_answer(data), bad, expected="the digests differ")
        self.check(file_answer(data), good[:-2], expected="after 100000 of 100000 bytes", kept=100000)
        self.check(file_answer(data), b"sent\n", expected="the digests differ")
        self.check(file_answer(data), b"changed\n", expected="has changed on the server while it was sent")
        self.check(file_answer(data), b"more\n", expected="something else")
        self.check(file_answer(data[:-1], offset=1, size=len(data)), good, expected="a place that was not asked for")
        with FalseServer(file_answer(data), b"digesting\n" * 3, good) as false:
            self.assertIn(digest(data), self.bring(false.port, "a"))
            self.assertEqual(false.asked, common.VERSION + b"get a offset=0 token= digest=sha256\n")
        self.same(data, "a")

    def test_what_is_no_server_of_files_is_told(self):
        for answer in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"pier-file 2\nfile\n", common.VERSION + b"nonsense\n",
                       common.VERSION + b"file size=1\n", common.VERSION + b"x" * 100000, b"\0" * 100000,
                       common.VERSION + b"refused because\n"):
            with self.subTest(answer=answer[:40]):
                self.check(answer, expected="no pier-file-server")
        for answer in (b"", common.VERSION, b"pier-fi"):
            with self.subTest(answer=answer):
                self.check(answer, expected="ended the connection too early")

    def test_names_of_a_list_can_not_lead_out(self):
        for name in (b"../a", b"/etc/a", b"a/../../b", b"%2E%2E/a", b"..%5Ca", b"c%3Aa", b"nul", b"a%00"):
            with self.subTest(name=name), \
                 FalseServer(common.VERSION, b"files\nentry ", name, b" size=1 modified=1\n",
                             b"end files=1 left_out=0\n") as false:
                self.assertIn("no pier-file-server", self.refuse(false.port, "--all"))
        for lines in (b"", b"entry a size=1 modified=1\n", b"entry a size=1 modified=1\nend files=2 left_out=0\n"):
            with self.subTest(lines=lines), FalseServer(common.VERSION, b"files\n", lines) as false:
                self.refuse(false.port, "--list")
        self.assertEqual(list(self.output.iterdir()), [])

    @unittest.skipUnless(common.can_link(), "links are another matter there")
    def test_links_on_this_side_lead_nowhere(self):
        victim = self.output.parent / "victim"
        victim.write_bytes(b"")
        (self.output / "a.part").symlink_to(victim)
        data = b"data"
        with FalseServer(file_answer(data), b"sha256 " + digest(data).encode() + b"\n") as false:
            self.assertIn("is a link", self.refuse(false.port, "a"))
        self.assertEqual(victim.read_bytes(), b"")
        (self.output / "a.part").unlink()
        (self.output / "a.part").symlink_to(self.output.parent / "nowhere")
        with FalseServer(file_answer(data), b"sha256 " + digest(data).encode() + b"\n") as false:
            self.refuse(false.port, "a")
        self.assertFalse((self.output.parent / "nowhere").exists())
        (self.output / "folder").symlink_to(self.output.parent)
        with FalseServer(file_answer(data), b"sent\n") as false:
            self.assertIn("is a link", self.refuse(false.port, "folder/x", "--no-verify"))
        self.assertFalse((self.output.parent / "x").exists())


if __name__ == "__main__":
    harness.main()
