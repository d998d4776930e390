"""What a client may ask for that nobody must get."""

import os
import pathlib
import unittest
import urllib.parse

import common
from common import VERSION, ask, harness, server, settings
from transfers import Folders

SECRET = b"not for you"


class Hostile(Folders):
    def setUp(self):
        super().setUp()
        (self.shared.parent / "secret").write_bytes(SECRET)
        (self.shared / "in").mkdir()
        (self.shared / "a").write_bytes(b"content")
        self.files_server = self.enterContext(server(self.shared))

    def answer(self, line):
        return ask(self.files_server.port, VERSION, line, b"\n")

    def get(self, name):
        return self.answer(b"get " + name + b" offset=0 token= digest=none")

    def test_names_that_lead_out_are_no_requests(self):
        absolute = str(self.shared.parent / "secret").encode()
        for name in (b"../secret", b"shared/../../secret", b"shared/../a", b"shared/in/../a", absolute, b"/etc/passwd",
                     b"shared//a", b"shared/./a", b"./shared/a", b"%2E%2E/secret", b"%2e%2e/secret", b"shared%2Fa",
                     b"..%5Csecret", b"shared\\a", b"shared\\..\\..\\secret", b"C:/secret", b"C%3A%5Csecret",
                     b"//server/share", b"shared/a%00", b"shared/a%00.txt", b"shared/nul", b"shared/CON",
                     b"shared/com1.txt", b"shared/a::$DATA", b"shared/a%3Astream", b"shared/a.", b"shared/a%20", b"shared/in/", b"/",
                     b".", b"..", b"", b"%", b"%ZZ", b"\xff", b"shared/" + b"a" * 256, b"a/" * 600 + b"a", b"a" * 100000):
            with self.subTest(name=name[:60]):
                answer = self.get(name)
                self.assertEqual(answer, VERSION + b"refused bad-request\n" if len(name) < 3000 else answer)
                self.assertNotIn(SECRET, answer)
                self.assertNotIn(b"content", answer)
        for name in (b"secret", b"shared/secret", b"etc/passwd", b"none", b"shared/a/b", b"shared2/a", b"output"):
            with self.subTest(name=name):
                self.assertEqual(self.get(name), VERSION + b"refused not-found\n")
        self.assertEqual(self.get(b"shared/in"), VERSION + b"refused is-a-folder\n")
        self.assertEqual(self.get(b"shared"), VERSION + b"refused is-a-folder\n")
        self.assertTrue(self.get(b"shared/a").endswith(b" offset=0 length=7\ncontentsent\n"))

    def test_what_is_no_request_is_refused_or_not_answered(self):
        port = self.files_server.port
        self.assertEqual(ask(port), b"")
        self.assertEqual(ask(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), VERSION + b"refused version\n")
        self.assertEqual(ask(port, b"pier-file 2\nlist\n"), VERSION + b"refused version\n")
        for line in (b"", b"lists", b"list a", b"get", b"get shared/a", b"LIST", b"put shared/a",
                     b"get shared/a offset=-1 token= digest=none", b"get shared/a offset=0 token= digest=md5",
                     b"get shared/a offset=99999999999999999999 token= digest=none", b"\0\0\0"):
            with self.subTest(line=line):
                self.assertEqual(self.answer(line), VERSION + b"refused bad-request\n")
        for flood in (b"x" * 200000, VERSION + b"get " + b"a" * 200000):
            with self.subTest(flood=flood[:20]):
                self.assertEqual(ask(port, flood), b"")
        self.assertTrue(self.get(b"shared/a").endswith(b"contentsent\n"))

    def test_an_offset_counts_for_the_same_file_alone(self):
        head = self.get(b"shared/a").split(b"\n")[1].decode()
        token = dict(word.split("=") for word in head.split()[1:])["token"].encode()
        rest = self.answer(b"get shared/a offset=3 token=" + token + b" digest=none")
        self.assertTrue(rest.endswith(b" offset=3 length=4\ntentsent\n"), rest)
        for other in (b"offset=3 token=x", b"offset=3 token=", b"offset=8 token=" + token):
            whole = self.answer(b"get shared/a " + other + b" digest=none")
            self.assertTrue(whole.endswith(b" offset=0 length=7\ncontentsent\n"), whole)

    @unittest.skipUnless(common.can_link(), "links are another matter there")
    def test_links_that_lead_out_lead_nowhere(self):
        (self.shared / "out").symlink_to(self.shared.parent / "secret")
        (self.shared / "up").symlink_to(self.shared.parent)
        (self.shared / "round").symlink_to(self.shared)
        (self.shared / "nowhere").symlink_to(self.shared / "none")
        (self.shared / "inside").symlink_to(self.shared / "a")
        os.mkfifo(self.shared / "pipe")
        for name in (b"shared/out", b"shared/up/secret", b"shared/nowhere", b"shared/round/up/secret"):
            with self.subTest(name=name):
                self.assertEqual(self.get(name), VERSION + b"refused not-found\n")
        if settings.wine:
            return  # which has its own ways with links that stay inside, and with pipes
        self.assertEqual(self.get(b"shared/pipe"), VERSION + b"refused not-a-file\n")
        self.assertTrue(self.get(b"shared/inside").endswith(b"contentsent\n"))
        self.assertTrue(self.get(b"shared/round/a").endswith(b"contentsent\n"))
        names = [line.split()[1] for line in self.answer(b"list").splitlines()[2:-1]]
        self.assertEqual(names, [b"shared/a", b"shared/inside"])
        self.assertTrue(self.answer(b"list").endswith(b"end files=2 left_out=5\n"))

    @unittest.skipIf(settings.windows, "Windows has no such names")
    def test_names_that_not_every_system_has_are_left_out(self):
        if settings.wine:
            self.skipTest("Wine gives such files other names")
        for name in (b"a:b", b"a\\b", b"nul", b"a.", b"\xff", b"a\nb", b"ok"):
            pathlib.Path(os.fsdecode(bytes(self.shared) + b"/" + name)).write_bytes(b"")
        names = [urllib.parse.unquote(line.split()[1].decode()) for line in self.answer(b"list").splitlines()[2:-1]]
        self.assertEqual(names, ["shared/a", "shared/ok"])
        self.assertTrue(self.answer(b"list").endswith(b"end files=2 left_out=6\n"))


if __name__ == "__main__":
    harness.main()
