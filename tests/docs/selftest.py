#!/usr/bin/env python3
"""documents.py must find each kind of fault, in the right line and nowhere else: a small page for each.

    selftest.py --root=REPOSITORY --programs=FOLDER -- COMPILER [FLAG...]
"""

import argparse
import pathlib
import shutil
import sys
import tempfile
import unittest

import documents


class settings:
    root = programs = compiler = None


def complaints_about(text):
    with tempfile.TemporaryDirectory(prefix="pier-docs-") as folder:
        root = pathlib.Path(folder)
        for name in ("ci", "bench", "docs/engines"):
            shutil.copytree(settings.root / name, root / name)
        for page in root.glob("docs/engines/*.md"):
            page.write_text("# Engine\n", encoding="utf-8")
        shutil.copy(settings.root / "CMakePresets.json", root)
        (root / "core").mkdir()
        (root / "core/loop.hpp").write_text("class Loop { void start(); };\n", encoding="utf-8")
        (root / "README.md").unlink(missing_ok=True)
        (root / "docs/page.md").write_text(text, encoding="utf-8")
        return [line.splitlines()[0] for line in documents.complaints(root, settings.programs, settings.compiler)]


class Faults(unittest.TestCase):
    def assert_bad(self, text, line, word):
        found = complaints_about(text)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"docs/page.md:{line}: "), found)
        self.assertIn(word, found[0])

    def assert_good(self, text):
        self.assertEqual(complaints_about(text), [])

    def test_commands_of_programs(self):
        self.assert_good("```sh\npier-compare --engine epoll-et --behaviour echo-1B  # why\n```\n")
        self.assert_bad("```sh\npier-compare --behaviour echo-8MiB-of-nothing\n```\n", 2, "echo-8MiB-of-nothing")
        self.assert_bad("```sh\npier-compare --list-engines\npier-compare --nonsense\n```\n", 3, "--nonsense")
        self.assert_bad("    pier-echo-server --perpetual\n", 1, "--perpetual")
        self.assert_bad("    pier-echo-client --engine perpetuum-mobile\n", 1, "perpetuum-mobile")
        self.assert_bad("    pier-compare diff old.json never-written.json\n", 1, "never-written.json")

    def test_what_is_only_checked(self):
        self.assert_good("    ./ci/test linux-gcc\n    cmake --workflow --preset linux-gcc\n")
        self.assert_bad("    ./ci/never\n", 1, "ci/never")
        self.assert_bad("    ci/compare --renewed\n", 1, "--renewed")
        self.assert_bad("    bench/run.py --never\n", 1, "--never")
        self.assert_bad("    cmake --workflow --preset amiga\n", 1, "amiga")
        self.assert_bad("    build/linux-gcc/bin/never\n", 1, "never")
        self.assert_bad("    rm -r build\n", 1, "what is rm")

    def test_listings(self):
        self.assert_good("```cpp\npier::Task<void> nothing() { co_return; }\n```\n")
        self.assert_bad("```cpp\nint f() {\n    return pier::never;\n}\n```\n", 2, "does not compile")
        self.assert_bad("```json\n{\n```\n", 2, "Expecting")
        self.assert_bad('```json\n{"id": "echo-of-nothing"}\n```\n', 2, "echo-of-nothing")
        self.assert_bad("```\nx\n```\n", 2, "says its language")

    def test_names(self):
        self.assert_good("[engines](engines/uv.md), `ci/test`, `--engine`\n")
        self.assert_bad("one\n\n[page](never.md)\n", 3, "never.md")
        self.assert_bad("# Here\n\n[there](#there)\n", 3, "#there")
        self.assert_bad("See `ci/never`.\n", 1, "ci/never")
        self.assert_bad("See `never.cpp`.\n", 1, "never.cpp")
        self.assert_good("See `Loop::start` and `std::never`.\n")
        self.assert_bad("See `Loop::never`.\n", 1, "never")
        self.assert_bad("See `--never`.\n", 1, "--never")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("compiler", nargs="+")
    options = parser.parse_args()
    settings.root, settings.programs, settings.compiler = (
        options.root.resolve(), options.programs.resolve(), options.compiler)
    unittest.main(argv=[sys.argv[0]])
