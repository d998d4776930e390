#!/usr/bin/env python3
"""README.md and docs/ do what they say: each command runs or exists, each C++ listing compiles, what is named is there.

    documents.py --root=REPOSITORY --programs=FOLDER -- COMPILER [FLAG...]
"""

import argparse
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import commands
import pages

# Before a listing that includes nothing: what its page speaks of.
USUAL = """#include <pier/server/serve.hpp>
#include <pier/spi/readiness_engine.hpp>
"""


# The lines of a listing are those of its page, so GCC takes it for a header, where types of one file are suspect.
FLAGS = ["-fsyntax-only", "-Wno-unknown-warning-option", "-Wno-subobject-linkage"]


def compile_listing(block, compiler, folder, number):
    source = folder / f"listing{number}.cpp"
    prefix = "" if "#include" in block.text else USUAL
    source.write_text(f'{prefix}#line {block.line} "{block.page}"\n{block.text}', encoding="utf-8")
    done = subprocess.run([*compiler, *FLAGS, str(source)], capture_output=True, text=True, timeout=120)
    if done.returncode == 0:
        return None
    errors = [line for line in done.stderr.splitlines() if ": error: " in line]
    return f"{block.place}: the listing does not compile:\n    " + "\n    ".join(errors[:3] or [done.stderr.strip()])


def compile_listings(blocks, compiler, folder):
    """All in one go, each in a namespace of its own, which is quick; if that fails, one by one."""
    included = {line for block in blocks for line in block.text.splitlines() if line.startswith("#include")}
    text = USUAL + "".join(line + "\n" for line in sorted(included))
    for number, block in enumerate(blocks):
        body = re.sub(r"(?m)^#include.*$", "", block.text)
        text += f'namespace listing{number} {{\n#line {block.line} "{block.page}"\n{body}}}\n'
    source = folder / "listings.cpp"
    source.write_text(text, encoding="utf-8")
    done = subprocess.run([*compiler, *FLAGS, str(source)], capture_output=True, text=True, timeout=240)
    if done.returncode != 0:
        yield from filter(None, (compile_listing(block, compiler, folder, i) for i, block in enumerate(blocks)))


def complaints(root, programs, compiler):
    found = pages.read_pages(root)
    files = pages.repository_files(root)
    yield from pages.broken_links(root, found)
    yield from pages.missing_files(root, found, files)
    yield from pages.missing_names(root, found, files)
    with tempfile.TemporaryDirectory(prefix="pier-docs-") as folder:
        scratch = pathlib.Path(folder)
        commands.fixtures(root, scratch)
        checker = commands.Checker(root, programs, scratch)
        known = commands.known_options(checker, root)
        behaviours = checker.behaviours()
        for page in found:
            for line, text in page.prose:
                for span in re.findall(r"`(--[a-z][^`]*)`", text):
                    for option in re.findall(r"(?:^|\s)(--[a-z][\w-]*)", span):
                        if option not in known:
                            yield f"{page.name}:{line}: nothing here has an option {option}"
            for block in page.blocks:
                if block.language == "sh":
                    yield from checker.run_block(block)
                elif block.language == "json":
                    try:
                        json.loads(block.text)
                    except json.JSONDecodeError as wrong:
                        yield f"{block.place}: {wrong}"
                    for behaviour in re.findall(r'"id": "([^"]*)"', block.text):
                        if behaviour not in behaviours:
                            yield f"{block.place}: there is no behaviour {behaviour}"
                elif block.language not in pages.LANGUAGES:
                    yield f'{block.place}: a fence says its language, one of {", ".join(sorted(pages.LANGUAGES))}'
        # Those for Windows alone are compiled where programs for it are, by listings.py.
        listings = [block for page in found for block in page.blocks
                    if block.language == "cpp" and not pages.is_for_windows(block)]
        if listings:
            yield from compile_listings(listings, compiler, scratch)


def complaints_about_helps(root, programs):
    with tempfile.TemporaryDirectory(prefix="pier-docs-") as folder:
        commands.fixtures(root, pathlib.Path(folder))
        checker = commands.Checker(root, programs, pathlib.Path(folder))
        for block in checker.examples():
            yield from checker.run_block(block)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("compiler", nargs="+")
    options = parser.parse_args()
    root, programs = options.root.resolve(), options.programs.resolve()
    count = 0
    pages_complaints = complaints(root, programs, options.compiler)
    for sentence in itertools.chain(pages_complaints, complaints_about_helps(root, programs)):
        print(sentence, flush=True)
        count += 1
    print(f"docs: {count} complaints" if count else "docs: nothing to complain about")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
