"""A page of the documentation, typed by somebody: its files written, its changes made, its commands run, from top to bottom
in one folder; and what it says that a command prints is what the command prints.

    <!-- write: FILE -->   the block is written to FILE
    <!-- window: NAME -->  a command that runs on in a window of that name, where what ran before is ended by Ctrl-C
    <!-- soon -->          a command that is asked again until it prints what the page says
    <!-- exit 1 -->        a command that ends so

A block of `text` behind a command is all that it prints; `…` in a line stands for anything, alone in a line for any lines. An
id with `…` in a command is one that was printed before.
"""

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Self

from tests.connected.patience import until
from tests.docs.blocks import Block

_OPENED = re.compile(r"\bpublished [1-9]")
_STATES = "gridplus plugin states"
_LONGEST_S = 60.0


@dataclass
class Desk:
    """Where somebody sits: a folder, the environment of its shell, and what the page has and is another's here."""

    here: Path
    env: Mapping[str, str]
    renamed: Mapping[str, str] = field(default_factory=dict)
    """As the port that the page names, which may be taken on this machine."""
    printed: str = ""
    """By all commands so far."""
    typed: list[str] = field(default_factory=list)
    """All commands so far, each once."""
    to_first_event: int = 0
    """How many it took until a record had opened a matter."""
    windows: dict[str, "Window"] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as ends:
            for one in self.windows.values():
                ends.callback(one.end)

    def follow(self, blocks: Sequence[Block]) -> None:
        """Does what the page says."""
        for block, behind in pairwise([*blocks, None]):
            assert block is not None
            said = self._ours(behind.text) if behind and behind.language == "text" else ""
            what, _, name = block.mark.partition(": ")
            if what == "write":
                (self.here / name).write_text(self._ours(block.text), "utf-8")
            elif block.language == "diff":
                change(self.here, block.text)
            elif block.language == "sh":
                lines = block.text.splitlines()
                for line in lines:
                    self._type(line, said if line == lines[-1] else "", what, name)

    def _type(self, line: str, said: str, what: str, name: str) -> None:
        self.typed.append(line)
        if what == "window":
            self._in_window(name, line, said)
        elif what == "soon":
            until(lambda: self._is_there(line, said), line, within_s=_LONGEST_S)
        else:
            printed = self._run(line, int(name or what.removeprefix("exit ") or 0))
            assert not said or fits(said, printed), f"{line}\n{printed}"

    def _in_window(self, name: str, line: str, said: str) -> None:
        if name in self.windows:
            self.windows[name].end()
        log = self.here / f"{name}-{len(self.typed)}.log"
        self.windows[name] = window = Window(line, self.here, self.env, log)
        until(lambda: fits(said, window.printed), f"{line}\n{window.printed}", within_s=_LONGEST_S)

    def _is_there(self, line: str, said: str) -> bool:
        printed = self._run(line, 0)
        if line == _STATES and not _OPENED.search(printed):
            return False
        if line == _STATES and not self.to_first_event:
            self.to_first_event = len(self.typed)
        return fits(said, printed)

    def _run(self, line: str, status: int) -> str:
        done = subprocess.run(
            ["bash", "-c", self._filled(line)], cwd=self.here, env=self.env, capture_output=True, text=True
        )
        assert status == done.returncode, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        self.printed += done.stdout
        return done.stdout

    def _filled(self, line: str) -> str:
        """With an id that was printed where the page has none."""

        def known(gap: re.Match[str]) -> str:
            (found, *_) = re.findall(rf"\b{gap[1]}[0-9a-f]{{32}}\b", self.printed)
            return str(found)

        return re.sub(r"\b([a-z]{2}_)…", known, line)

    def _ours(self, text: str) -> str:
        for theirs, ours in self.renamed.items():
            text = text.replace(theirs, ours)
        return text


class Window:
    """A command that runs on."""

    def __init__(self, line: str, here: Path, env: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                ["bash", "-c", f"exec {line}"],
                cwd=here,
                env=env,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def printed(self) -> str:
        """So far."""
        return self._log.read_text("utf-8")

    def end(self) -> None:
        """Ctrl-C, as often as it is called."""
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGINT)
        self._process.wait(30)


def fits(said: str, printed: str) -> bool:
    """Whether what was `printed` is what the page said."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in said.splitlines()
    )
    return re.fullmatch(pattern, printed) is not None


def change(here: Path, diff: str) -> None:
    """Makes the changes of a diff; what a hunk takes away or leaves must stand in its file once."""
    for part in re.split(r"^--- .*\n(?=\+\+\+ )", diff, flags=re.MULTILINE)[1:]:
        head, *hunks = re.split(r"^@@ .* @@\n", part, flags=re.MULTILINE)
        file = here / head.removeprefix("+++ ").strip()
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            old = "".join(line[1:] for line in lines if line[0] in " -")
            new = "".join(line[1:] for line in lines if line[0] in " +")
            text = file.read_text("utf-8")
            assert 1 == text.count(old), f"{file.name}: {old}"
            file.write_text(text.replace(old, new), "utf-8")
