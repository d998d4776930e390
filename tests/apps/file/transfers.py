"""Files and folders, from pier-file-server to pier-file-client: that what comes is what was there."""

import contextlib
import json
import pathlib
import tempfile
import unittest

import common
from common import ask, content, digest, harness, leftovers, run_client, server, settings

MIB = 1 << 20
MODELS = ("event", "thread", "pool", "process", "prefork")


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


class Folders(harness.TestCase):
    """Has a folder to serve, and one to bring files to."""

    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.shared = folder / "shared"
        self.output = folder / "output"
        self.shared.mkdir()
        self.output.mkdir()

    def bring(self, port, *arguments, **options):
        status, output, said = run_client(port, *arguments, "--output", self.output, **options)
        self.assertEqual((status, said), (0, ""), output)
        return output

    def refuse(self, port, *arguments, **options):
        """What is said of a failure."""
        status, output, said = run_client(port, *arguments, "--output", self.output, **options)
        self.assertEqual((status, output), (1, ""), said)
        lines = said.splitlines()
        self.assertTrue(lines)
        for line in lines:
            self.assertTrue(line.startswith(f"{common.NAME}: "), said)
        return said

    def same(self, data, *parts):
        self.assertEqual(digest(self.output.joinpath(*parts).read_bytes()), digest(data))


class Transfers(Folders):
    def test_files_of_every_size_arrive_as_they_are(self):
        sizes = (0, 1, 262144, 5 * MIB + 3)
        files = {f"file-{size}": content(size, size) for size in sizes}
        for name, data in files.items():
            (self.shared / name).write_bytes(data)
        with server(self.shared) as files_server:
            output = self.bring(files_server.port, *(f"shared/{name}" for name in files))
        for name, data in files.items():
            self.same(data, "shared", name)
            self.assertIn(f"shared/{name}: {len(data)} bytes, sha256 {digest(data)}\n", output)
        self.assertEqual(leftovers(self.output), [])

    def test_a_folder_arrives_with_all_that_it_holds(self):
        files = {("a b.txt",): b"1", ("in", "deep", "\u00e4.bin"): content(70000), ("in", "x"): b"", ("\u6f22%",): b"2"}
        for parts, data in files.items():
            path = self.shared.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (self.shared / "empty").mkdir()
        single = self.shared.parent / "single.txt"
        single.write_bytes(b"alone")
        with server(self.shared, single) as files_server:
            listed = json.loads(run_client(files_server.port, "--list", "--json")[1])["files"]
            table = run_client(files_server.port, "--list", "shared/in")[1].splitlines()
            self.bring(files_server.port, "--all")
            self.assertIn("no such file or folder", self.refuse(files_server.port, "--all", "elsewhere"))
            self.bring(files_server.port, "--all", "--skip-existing", "--no-verify")
        self.assertEqual([(each["name"], each["size"]) for each in listed],
                         [("shared/a b.txt", 1), ("shared/in/deep/\u00e4.bin", 70000), ("shared/in/x", 0),
                          ("shared/\u6f22%", 1), ("single.txt", 5)])
        self.assertEqual([line.split()[-1] for line in table], ["name", "shared/in/deep/\u00e4.bin", "shared/in/x"])
        for parts, data in files.items():
            self.same(data, "shared", *parts)
        self.same(b"alone", "single.txt")
        self.assertEqual(leftovers(self.output), [])

    def test_a_file_that_is_there_is_kept_unless_it_is_said(self):
        (self.shared / "a").write_bytes(b"new")
        (self.output / "shared").mkdir()
        (self.output / "shared" / "a").write_bytes(b"old")
        with server(self.shared) as files_server:
            self.assertIn("--force replaces it", self.refuse(files_server.port, "shared/a"))
            self.same(b"old", "shared", "a")
            self.assertEqual(self.bring(files_server.port, "shared/a", "--skip-existing"), "")
            self.same(b"old", "shared", "a")
            self.assertEqual(self.bring(files_server.port, "shared/a", "--force", "--quiet"), "")
            self.same(b"new", "shared", "a")

    def test_without_a_digest_the_client_says_so(self):
        (self.shared / "a").write_bytes(content(100000))
        with server(self.shared) as files_server:
            self.assertEqual(self.bring(files_server.port, "shared/a", "--no-verify"),
                             "shared/a: 100000 bytes, not verified\n")
        self.same(content(100000), "shared", "a")

    def test_what_there_is_not_is_said_in_a_sentence(self):
        (self.shared / "in").mkdir()
        (self.output / "shared").mkdir()
        (self.output / "shared" / "b").mkdir()
        (self.shared / "b").write_bytes(b"")
        with server(self.shared) as files_server:
            port = files_server.port
            said = self.refuse(port, "shared/none", "none/a")
            self.assertEqual(said.count("the server has no such file"), 2, said)
            self.assertIn("is a folder on the server", self.refuse(port, "shared/in"))
            self.assertIn("a folder has this name already", self.refuse(port, "shared/b"))
            self.assertIn("no such file or folder", self.refuse(port, "--list", "none"))
        # The kernel lets go of what a killed process had in io_uring a moment later, its listener among it.
        self.assertRegex(self.refuse(port, "shared/none", "shared/b"), "connection (refused|reset by peer)")
        self.assertEqual(leftovers(self.output), [])

    def test_many_clients_are_served_at_once(self):
        data = content(MIB)
        (self.shared / "a").write_bytes(data)
        count = 2 if settings.wine else 8
        with server(self.shared) as files_server:
            folders = [self.output / str(i) for i in range(count)]
            for folder in folders:
                folder.mkdir()
            with contextlib.ExitStack() as stack:
                clients = [stack.enter_context(common.start_client(files_server.port, "shared/a", "--output", folder))
                           for folder in folders]
                for client in clients:
                    output, said = client.communicate(timeout=max(30, settings.boot_time()))
                    self.assertEqual((harness.ended(client.returncode), harness.of_the_program(said)), (0, ""), output)
        for folder in folders:
            self.same(data, folder, "shared", "a")

    @unittest.skipIf(settings.windows, "models of Windows start the program again")
    def test_every_model_serves_files(self):
        data = content(300000)
        (self.shared / "a").write_bytes(data)
        if settings.wine or settings.one_at_a_time():
            self.skipTest("one system and one engine are enough")
        for model in MODELS:
            with self.subTest(model), server(self.shared, "--model", model) as files_server:
                self.bring(files_server.port, "shared/a", "--force")
                self.assertIn("shared/a", run_client(files_server.port, "--list")[1])
                self.same(data, "shared", "a")
                self.assertEqual(files_server.stop(), 0)
                self.assertEqual(files_server.complaints(), "")


class Server(Folders):
    def setUp(self):
        super().setUp()
        (self.shared / "a").write_bytes(content(3 * MIB))

    def test_a_silent_client_is_given_up(self):
        with server(self.shared, "--timeout", "0.3") as files_server:
            with files_server.connect() as silent:
                self.assertEqual(common.receive_all(silent), b"")
            with files_server.connect() as slow:  # who takes nothing of what is sent
                slow.sendall(common.VERSION + b"get shared/a offset=0 token= digest=none\n")
                slow.settimeout(harness.PATIENCE)
                self.assertEqual(slow.recv(12), common.VERSION)
                harness.wait_for(lambda: b"" == ask(files_server.port), "the server serves others")
            with files_server.connect() as thankless:
                thankless.sendall(common.VERSION + b"list\n")
                answer = common.receive_all(thankless)
                self.assertTrue(answer.endswith(b"end files=1 left_out=0\n"), answer)

    def test_connections_have_a_limit(self):
        if settings.one_at_a_time():
            self.skipTest("there is one at a time")
        with server(self.shared, "--max-connections", "1") as files_server:
            with files_server.connect() as first, files_server.connect() as second:
                first.sendall(common.VERSION)
                second.sendall(common.VERSION + b"list\n")
                second.settimeout(0.3)
                with self.assertRaises(TimeoutError):
                    second.recv(1)
                first.close()
                second.settimeout(harness.PATIENCE)
                self.assertEqual(second.recv(12), common.VERSION)

    def test_it_stops_while_it_sends(self):
        with server(self.shared) as files_server, files_server.connect() as client:
            client.sendall(common.VERSION + b"get shared/a offset=0 token= digest=sha256\n")
            self.assertEqual(client.recv(12), common.VERSION)
            self.assertEqual(files_server.stop(), 0)


class CommandLine(Folders):
    def client(self, *arguments):
        command, settings.command = settings.command, common.client_command()[:-2]
        try:
            return harness.run(*arguments)
        finally:
            settings.command = command

    def test_help(self):
        server_help = self.help_for_people()
        self.assertIn("PATH...", server_help)
        command, settings.command = settings.command, common.client_command()[:-2]
        try:
            self.assertIn("--no-verify", self.help_for_people())
        finally:
            settings.command = command

    def test_wrong_usage_is_one_sentence_and_status_2(self):
        for arguments in ([], ["--json", "a"], ["--all", "--list"], ["../a"], ["/a"], ["a\\b"], ["nul"],
                          ["a", "--output", ""], ["a", "--force", "--skip-existing"], ["a", "--connect", "nowhere"],
                          ["a", "--timeout", "nan"]):
            with self.subTest(arguments=arguments):
                status, output, said = self.client(*arguments)
                self.assertEqual((status, output, said.count("\n")), (2, "", 1), said)
        for arguments in ([], [str(self.shared / "none")], [str(self.shared), str(self.shared)],
                          ["--timeout", "0", str(self.shared)]):
            with self.subTest(server=arguments):
                status, output, said = harness.run(*arguments)
                self.assertEqual((status, output, said.count("\n")), (2, "", 1), said)


if __name__ == "__main__":
    harness.main()
