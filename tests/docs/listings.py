#!/usr/bin/env python3
"""The programs among the listings of docs/threads.md, which show a system's own calls: compiled, and run to status 0.

    listings.py --root=REPOSITORY --system=posix|windows [--runner=PROGRAM] -- COMPILER [FLAG...]
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import pages

PAGE = "docs/threads.md"
PATIENCE = 240  # seconds: an emulator may have to make its prefix first
FLAGS = {"posix": ["-pthread"],
         "windows": ["-static", "-DNOMINMAX", "-DWIN32_LEAN_AND_MEAN", "-D_WIN32_WINNT=0x0A00"]}


def programs_of(root, system):
    """Its listings with a main() that need nothing of Pier. Those of Windows are recognised by their header."""
    for block in pages.read_page(root, PAGE).blocks:
        is_program = block.language == "cpp" and "int main(" in block.text and "#include <pier/" not in block.text
        if is_program and pages.is_for_windows(block) == (system == "windows"):
            yield block


def complaint_about(block, options, folder, number):
    source = folder / f"listing{number}.cpp"
    program = folder / f"listing{number}.exe"
    source.write_text(f'#line {block.line} "{block.page}"\n{block.text}', encoding="utf-8")
    built = subprocess.run([*options.compiler, *FLAGS[options.system], "-o", str(program), str(source)],
                           capture_output=True, text=True, timeout=PATIENCE)
    if built.returncode != 0:
        errors = [line for line in built.stderr.splitlines() if "error: " in line]
        return f"{block.place}: the listing does not compile:\n    " + "\n    ".join(errors[:3] or [built.stderr.strip()])
    runner = [options.runner] if options.runner else []
    done = subprocess.run([*runner, str(program)], stdin=subprocess.DEVNULL, timeout=PATIENCE)
    return f"{block.place}: the program ends with status {done.returncode}" if done.returncode else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--system", choices=sorted(FLAGS), required=True)
    parser.add_argument("--runner", help="runs a program that was built for another system")
    parser.add_argument("compiler", nargs="+")
    options = parser.parse_args()
    programs = list(programs_of(options.root.resolve(), options.system))
    with tempfile.TemporaryDirectory(prefix="pier-listings-") as folder:
        found = [complaint_about(block, options, pathlib.Path(folder), i) for i, block in enumerate(programs)]
    found = [sentence for sentence in found if sentence]
    for sentence in found:
        print(sentence)
    print(f"listings: {len(programs)} programs, {len(found)} complaints")
    return 1 if found or not programs else 0


if __name__ == "__main__":
    sys.exit(main())
