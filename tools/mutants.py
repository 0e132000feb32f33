"""Whether the tests of a pure room, or of `access`, notice code that is wrong: `python tools/mutants.py`.

mutmut changes one thing at a time in the functions of a room (`hub/<room>`) and runs those tests of
`tests/unit/<room>` that come past it. Drawn by seed, so that a run is bounded; `--all` takes every mutant. A
mutant that lives is told apart by the reasons in docs/mutants.toml; one without a reason is printed.
Exits 1 where a room is under `BAR`.
"""

import argparse
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("place", "incident", "contract", "whistle", "intake", "access")
BAR: Final = 0.8
SEED: Final = 20260310
DRAWN: Final = 200
"""Mutants a room, unless all are asked for."""

REASONS: Final = ROOT / "docs" / "mutants.toml"
FIGURES: Final = ROOT / "docs" / "measured.md"
HEADING: Final = "## Mutants"
_USED: Final = ("hub", "tests", "contracts", "plugins")
_ELSEWHERE: Final = {"intake": ("tests/unit/schema",)}
"""Tests of a room that do not lie in its own folder."""
_LEFT_OUT: Final = ("hub/access/recall.py",)
"""Makes texts for a measurement; nothing in the journey uses it."""

_NAMED: Final = re.compile(r"__mutmut_\w+\(")
_KILLED: Final = 1
"""What pytest ends with where a test failed. How else a mutant ends is looked at again."""
_AT_ONCE: Final = os.cpu_count() or 1
_WITHIN_S: Final = 120.0
"""Many times what a room's tests take: a loop without end, mostly."""
_AS_QUICK: Final = {"HYPOTHESIS_PROFILE": "mutants"}
_MARKS: Final = ("-m", "not connected and not slow and not drill")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed function: its name, the source it is in, how its tests ended, and the lines that differ."""

    name: str
    file: str
    ended: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a survivor says nothing about the tests. `where` is searched in `file:name`, `change` in its lines."""

    name: str
    why: str
    where: str = ""
    change: str = ""

    def holds(self, mutant: Mutant) -> bool:
        """Whether it speaks of `mutant`."""
        place = f"{mutant.file}:{mutant.name}"
        return bool(re.search(self.where, place) and re.search(self.change, mutant.change, re.MULTILINE))


@dataclass(frozen=True, slots=True)
class Count:
    """What came out for one room; `made` of how many the tried ones were drawn."""

    room: str
    made: int
    mutants: tuple[Mutant, ...]
    seconds: float

    def of(self, *ended: str) -> int:
        """How many ended so."""
        return sum(one.ended in ended for one in self.mutants)

    @property
    def share(self) -> float:
        """Killed of tried; a mutant that ran out of time is not counted as killed."""
        return self.of("killed") / len(self.mutants) if self.mutants else 0.0


def reasons() -> list[Reason]:
    """As docs/mutants.toml lists them."""
    return [Reason(**one) for one in tomllib.loads(REASONS.read_text("utf-8"))["reason"]]


def explained(lives: Iterable[Mutant], known: Sequence[Reason]) -> tuple[Counter[str], list[Mutant]]:
    """How many survivors each reason speaks of, the first that holds, and those of which none does."""
    by_reason: Counter[str] = Counter()
    without: list[Mutant] = []
    for mutant in lives:
        name = next((one.name for one in known if one.holds(mutant)), None)
        if name is None:
            without.append(mutant)
        else:
            by_reason[name] += 1
    return by_reason, without


def drawn(names: Sequence[str], count: int, seed: int) -> list[str]:
    """`count` of them, the same ones for the same seed; all where there are fewer."""
    return sorted(random.Random(seed).sample(sorted(names), min(count, len(names))))  # noqa: S311 - a sample


def _prepare(place: Path, room: str) -> None:
    """Makes a folder that mutmut takes for the project: the same trees by link, and settings for one room."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in _USED:
        (place / name).symlink_to(ROOT / name)
    settings = {
        "source_paths": ["hub"],
        "only_mutate": [f"hub/{room}/*"],
        "do_not_mutate": list(_LEFT_OUT),
        "also_copy": list(_USED[1:]),
        "pytest_add_cli_args": ["-p", "no:cacheprovider", *_MARKS],
        "pytest_add_cli_args_test_selection": _tests(room),
        # not a fork of what has run the tests once: what a cache holds from then would hide a mutant
        "process_isolation": "forkserver",
        "use_git_change_detection": False,
        "timeout_multiplier": 5.0,
        "timeout_constant": 4.0,  # s; beside what a mutant's tests take: the machine may be busy
    }
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in settings.items())
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    (place / "pyproject.toml").write_text(f"{project}\n[tool.mutmut]\n{lines}\n", "utf-8")


def _names(room: str) -> list[str]:
    """Of all mutants of a room, as mutmut will make them; in the room's folder."""
    from mutmut.mutation.file_mutation import mutate_file_contents
    from mutmut.utils.format_utils import get_mutant_name

    return [
        get_mutant_name(file, name)
        for file in sorted(Path("hub", room).rglob("*.py"))
        if str(file) not in _LEFT_OUT
        for name in mutate_file_contents(str(file), file.read_text("utf-8")).mutant_names
    ]


def _tests(room: str) -> list[str]:
    return [f"tests/unit/{room}", *_ELSEWHERE.get(room, ())]


def _judged(room: str, file: str, name: str, code: int) -> Mutant:
    """One tried mutant of a `.meta` file, in the room's folder.

    mutmut runs the tests that came past a function once. What ran at import, or in an earlier test whose result
    a cache or a fixture kept, it does not know of: who lives is run again, alone, with all tests of the room.
    """
    if code == _KILLED:
        return Mutant(name, file, "killed")
    return Mutant(name, file, _tested(room, name), _change(name, file))


def _tested(room: str, name: str) -> str:
    """How all tests of a room end with the mutant `name`, "" for the code as it is; in the room's folder."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *_MARKS, *_tests(room)]
    made = Path("mutants").absolute()  # before any other hub
    path = os.pathsep.join(map(str, (made, *sorted((made / "plugins").iterdir()))))
    env = {**os.environ, **_AS_QUICK, "PYTHONPATH": path, "MUTANT_UNDER_TEST": name}
    try:
        done = subprocess.run(
            command, cwd="mutants", env=env, capture_output=True, check=False, timeout=_WITHIN_S
        )
    except subprocess.TimeoutExpired:
        return "time-out"
    return "killed" if done.returncode else "survived"


def _change(name: str, source: str) -> str:
    """What differs, as lines that begin with - or +."""
    from mutmut.mutation.data import MutantLineSpans
    from mutmut.mutation.diff_apply import generated_function_names

    spans = MutantLineSpans.load(source)
    assert spans is not None, source  # noqa: S101 - written beside the mutants
    pair = spans.read_function_sources(generated_function_names(name))
    before, after = ([line.strip() for line in _NAMED.sub("(", text).splitlines()] for text in pair)
    lines = list(unified_diff(before, after, n=0, lineterm=""))[2:]
    return "\n".join(line for line in lines if not line.startswith("@@"))


def tried(place: Path, room: str, count: int | None, seed: int) -> Count:
    """One room: makes its mutants in the folder `place` and runs tests on `count` of them, or on all."""
    began = time.monotonic()
    _prepare(place, room)
    with chdir(place):
        names = _names(room)
        chosen = [] if count is None else drawn(names, count, seed)
        command = [sys.executable, "-c", "from mutmut.__main__ import cli; cli()", "run", *chosen]
        env = {**os.environ, **_AS_QUICK}
        with Path("log").open("wb") as log:
            done = subprocess.run(command, env=env, stdout=log, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise SystemExit(f"mutmut ended with {done.returncode}: see {place}/log")
        mutants = judged(room)
    return Count(room, len(names), mutants, time.monotonic() - began)


def judged(room: str) -> tuple[Mutant, ...]:
    """How the mutants ended that mutmut tried in the room's folder, which is the current one."""
    found = [
        (room, str(file.relative_to("mutants").with_suffix("")), name, code)
        for file in sorted(Path("mutants").rglob("*.meta"))
        for name, code in json.loads(file.read_text("utf-8"))["exit_code_by_key"].items()
        if code is not None
    ]
    if _tested(room, "") != "survived":
        raise SystemExit(
            f"{room}: the code as it is fails its tests in {Path.cwd()}/mutants: a kill proves nothing"
        )
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(_judged, *zip(*found, strict=True)))


def table(counts: Sequence[Count]) -> str:
    """Markdown: a line a room."""
    head = "| room | mutants | tried | killed | survived | time-out | killed of tried |\n|---|---|---|---|---|---|---|\n"
    return head + "\n".join(
        f"| {one.room} | {one.made} | {len(one.mutants)} | {one.of('killed')} |"
        f" {one.of('survived')} | {one.of('time-out')} | {one.share:.1%} |"
        for one in counts
    )


def written(page: str, section: str) -> str:
    """`page` with its section of that heading replaced, or with it at the end."""
    found = re.search(rf"^{HEADING}\n.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if found is None:
        return f"{page.rstrip()}\n\n{section}"
    rest = page[found.end() :]
    return page[: found.start()] + section + ("\n" + rest if rest else "")


def section(counts: Sequence[Count], by_reason: Mapping[str, int], manner: str) -> str:
    """What docs/measured.md says of a run."""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    lives = ", ".join(
        f"{name} {count}" for name, count in sorted(by_reason.items(), key=lambda each: -each[1])
    )
    return (
        f"{HEADING}\n\n`make mutants`: one thing changed at a time in a room's functions, and the room's unit tests run"
        f" on it; {manner}, {sum(one.seconds for one in counts) / 60:.0f} minutes,"
        f" {time.strftime('%Y-%m-%d')}, {machine}. Promised: {BAR:.0%} killed in each room.\n\n{table(counts)}\n\n"
        f"Survivors by the reasons of [mutants.toml](mutants.toml): {lives or 'none'}. Tables and patterns outside"
        " functions, and decorated functions, are not changed by mutmut; time-outs do not count as killed.\n"
    )


def main() -> int:
    """0 where every tried room reaches the bar."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(ROOMS)}; all, unless named")
    asked.add_argument("--all", action="store_true", help=f"every mutant, not {DRAWN} a room")
    asked.add_argument("--drawn", type=int, default=DRAWN, metavar="N", help="how many a room")
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--write", action="store_true", help="put the figures into docs/measured.md")
    given = asked.parse_args()
    if strange := set(given.rooms) - set(ROOMS):
        asked.error(f"no pure room: {', '.join(strange)}")
    counts = []
    for room in given.rooms or ROOMS:
        counts.append(tried(ROOT / "mutants" / room, room, None if given.all else given.drawn, given.seed))
        print(f"{room}: {len(counts[-1].mutants)} mutants in {counts[-1].seconds:.0f} s", flush=True)
    lives = [one for count in counts for one in count.mutants if one.ended == "survived"]
    by_reason, without = explained(lives, reasons())
    for one in without:
        print(f"\n{one.file} {one.name.rpartition('.')[2]}\n{one.change}")
    print(f"\n{table(counts)}\n\nsurvivors {len(lives)}, without a reason {len(without)}: {dict(by_reason)}")
    manner = (
        "all mutants" if given.all else f"{given.drawn} a room drawn by seed {given.seed}, all where fewer"
    )
    if given.write:
        by_reason.update({"no reason": len(without)} if without else {})
        FIGURES.write_text(written(FIGURES.read_text("utf-8"), section(counts, by_reason, manner)), "utf-8")
    return 0 if all(one.share >= BAR for one in counts) else 1


if __name__ == "__main__":
    sys.exit(main())
