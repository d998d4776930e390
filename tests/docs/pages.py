"""The pages of README.md and docs/ as a reader sees them: blocks of code with their line, links, names of files."""

import os
import re
import subprocess
from dataclasses import dataclass

# What a fence may call its language. A block without a fence, indented by four columns, is shell.
LANGUAGES = {"sh", "cpp", "cmake", "json", "text", "mermaid"}


@dataclass
class Block:
    page: str
    line: int  # of its first line of code
    language: str
    text: str

    @property
    def place(self):
        return f"{self.page}:{self.line}"


@dataclass
class Page:
    name: str
    blocks: list
    prose: list  # (line, text), without the blocks


def read_page(root, name):
    page = Page(name, [], [])
    fence = None
    list_indent = 0
    lines = (root / name).read_text(encoding="utf-8").splitlines()
    previous_blank = True
    for number, line in enumerate(lines, 1):
        if fence:
            if line.strip() == "```":
                page.blocks.append(fence)
                fence = None
            else:
                fence.text += line + "\n"
            continue
        if line.lstrip().startswith("```"):
            fence = Block(name, number + 1, line.strip()[3:].strip(), "")
            continue
        marker = re.match(r"\s*([-*]|\d+\.)\s+", line)
        if marker:
            list_indent = len(marker.group(0))
        elif line.strip() and not line.startswith(" "):
            list_indent = 0
        indented = line.startswith("    ") and not list_indent and not marker
        open_block = page.blocks and page.blocks[-1].language == "indented" and page.blocks[-1].end == number - 1
        if indented and (previous_blank or open_block):
            if not open_block:
                block = Block(name, number, "indented", "")
                page.blocks.append(block)
            page.blocks[-1].text += line[4:] + "\n"
            page.blocks[-1].end = number
        else:
            page.prose.append((number, line))
        previous_blank = not line.strip()
    if fence:
        raise ValueError(f"{fence.place}: the fence does not end")
    for block in page.blocks:
        if block.language == "indented":
            block.language = "sh"
    return page


def read_pages(root):
    names = ["README.md"] if (root / "README.md").exists() else []
    names += sorted(str(path.relative_to(root)) for path in (root / "docs").rglob("*.md"))
    return [read_page(root, name) for name in names]


def is_for_windows(block):
    """Whether a listing is for that system alone: it includes the system's own header."""
    return "#include <windows.h>" in block.text


def anchor_of(heading):
    text = re.sub(r"[`*]", "", heading.lstrip("#").strip()).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def repository_files(root):
    """What git tracks or would track; in a folder that is no checkout, every file but those of build/ and .deps/."""
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=root, capture_output=True, text=True)
    if listed.returncode == 0 and (root / ".git").exists():
        names = listed.stdout.splitlines()
    else:
        names = []
        for folder, folders, files in os.walk(root):
            if folder == str(root):  # a prefix of Wine has links to the whole machine
                folders[:] = [name for name in folders if name not in ("build", ".deps", ".git", ".cache")]
            names += [os.path.relpath(os.path.join(folder, name), root) for name in files]
    return {name for name in names if (root / name).exists()}


def broken_links(root, pages):
    """Links to pages and headings of this repository that are not there."""
    anchors = {}
    for page in pages:
        anchors[page.name] = {anchor_of(line) for _, line in page.prose if line.startswith("#")}
    for page in pages:
        text = "\n".join(line for _, line in page.prose)
        for found in re.finditer(r"\]\(([^)\s]+)\)", text):
            target = found.group(1)
            if re.match(r"[a-z]+:", target):
                continue
            line = page.prose[text[:found.start()].count("\n")][0]
            path, _, anchor = target.partition("#")
            there = (root / page.name).parent / path if path else root / page.name
            if not there.exists():
                yield f"{page.name}:{line}: there is no {target}"
                continue
            name = str(there.resolve().relative_to(root.resolve()))
            if anchor and name in anchors and anchor not in anchors[name]:
                yield f"{page.name}:{line}: {name} has no heading #{anchor}"


# What stands in a code span and is a file of this repository, by its look: a path below one of its folders, or the name
# of a source alone.
PATH = re.compile(r"^\.?/?(core|lib|apps|backend-[a-z0-9]+|tests|bench|ci|docs|cmake)/[\w./+-]*$")
SOURCE = re.compile(r"^[\w-]+\.(cpp|hpp|py|js|css|cmake|md)$")
HEADER = re.compile(r"^<?(pier/[\w/]+\.hpp)>?$")
# Names of others' files.
FOREIGN = {"sock.c", "udp.c"}


# A name of this code, by its look: of one of its namespaces, or of a class, which begins with a capital.
QUALIFIED = re.compile(r"^(?:pier::|spi::|sys::|::)?((?:[A-Za-z]\w*::)+)(~?\w+)(?:\(.*\))?$")


def missing_names(root, pages, files):
    """Names such as Loop::start that no source has: the last word of each must stand somewhere."""
    words = set()
    for name in files:
        if re.match(r"(core|lib|apps|backend-[a-z0-9]+)/.*\.[ch]pp$", name):
            words |= set(re.findall(r"\w+", (root / name).read_text(encoding="utf-8")))
    for page in pages:
        for line, text in page.prose:
            for span in re.findall(r"`([^`]+)`", text):
                found = QUALIFIED.match(span)
                if not found or span.startswith("std::"):
                    continue
                if missing := [word for word in span.split("(")[0].split("::") if word and word not in words]:
                    yield f"{page.name}:{line}: nothing here is called {missing[0]} ({span})"


def missing_files(root, pages, files):
    folders = {name.rsplit("/", depth)[0] for name in files for depth in range(1, name.count("/") + 1)}
    names = {name.rsplit("/", 1)[-1] for name in files}
    for page in pages:
        for line, text in page.prose:
            for span in re.findall(r"`([^`]+)`", text):
                path = PATH.match(span)
                if path:
                    plain = span.removeprefix("./").rstrip("/")
                    if plain not in files and plain not in folders:
                        yield f"{page.name}:{line}: there is no {span}"
                elif SOURCE.match(span):
                    if span not in names and span not in FOREIGN:
                        yield f"{page.name}:{line}: no file is called {span}"
                elif header := HEADER.match(span):
                    if not any(name.endswith("/include/" + header.group(1)) for name in files):
                        yield f"{page.name}:{line}: no header is called {span}"
