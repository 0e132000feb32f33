"""When which bytes appear in the inbox of a ferry: the whole crossing planned ahead. Pure; the seed is in the setup.

Utterances of one window of scenario time share a file. A failure mode or a defect changes what is in a
file, when it appears, or what appears under its name before and after.
"""

import io
import json
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Final

from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.transport.ferry import sm3

WINDOW: Final = timedelta(minutes=2)
"""Scenario time between two exports."""
MENDED_AFTER: Final = timedelta(minutes=5)
"""Scenario time after which what was half, damaged or held back is there whole."""
REPLACED_AFTER: Final = timedelta(minutes=30)
"""Scenario time after which a taken file's name comes again with other content."""

FAILURES: Final[Mapping[str, str]] = {
    "gap": "a file is held back for five minutes while later ones arrive",
    "lost_file": "a file never arrives: everything behind it waits for good",
    "out_of_order": "a file arrives after the one that follows it",
    "half_written": "a file lies there in half, without its manifest, for five minutes",
    "zero_byte": "a file lies there empty, its manifest already beside it, for five minutes",
    "truncated_zip": "a zip archive lies there cut, its manifest already beside it, for five minutes",
    "duplicate_name": "half an hour later the same name comes again with other content",
    "zip_bomb": "an extra file is an archive that unpacks to 160 MiB",
    "path_in_zip": "an extra file is an archive whose member is named ../../etc/passwd",
    "miscounted": "the manifest announces one row more than there is",
    "zipped": "files are zip archives",
    "resend": "a row comes once more, byte for byte, in the next file",
}
"""Failure mode, and per-utterance `defect`, by name → what happens. A system adds what is wrong with its rows."""
_EXTRA_FILES: Final = frozenset({"zip_bomb", "path_in_zip"})
_SHARE: Final = 0.2
"""Of the utterances, how many a switched-on failure mode strikes; at least one."""
_BOMB_BYTES: Final = 160 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What is this system's own: its prefix, and how it writes things down."""

    prefix: str
    charset: str
    """As the manifests declare it."""
    rows: Callable[[Utterance, str], tuple[bytes, ...]]
    """An utterance, and the name of a defect or "" → its lines."""
    defects: Collection[str] = ()
    """Names of what can be wrong with a row; failure modes like the others."""
    is_spared: Callable[[Utterance], bool] = lambda _: False
    """Whom no failure mode may strike."""


@dataclass(frozen=True, slots=True, order=True)
class Drop:
    """At `due_at`, these bytes stand under these names; `bodies` more have left then."""

    due_at: datetime
    number: int
    files: tuple[tuple[str, bytes], ...]
    bodies: int


@dataclass(frozen=True, slots=True)
class _File:
    number: int
    due_at: datetime
    rows: tuple[bytes, ...]
    defects: frozenset[str]


def plan(setup: SimulatorSetup, manner: Manner) -> tuple[Drop, ...]:
    """Everything that will appear, in order of time."""
    defects = _struck(setup, manner)
    files: list[_File] = []
    again: list[bytes] = []
    for window, told in groupby(setup.utterances, key=lambda one: _window(one.at)):
        chosen = [(one, defects.get(at, one.defect)) for at, one in _numbered(told, setup.utterances)]
        files += _extra_files(len(files) + 1, window, {defect for _, defect in chosen})
        rows = (*again, *(row for one, defect in chosen for row in manner.rows(one, defect)))
        again = [row for one, defect in chosen if defect == "resend" for row in manner.rows(one, "")]
        files.append(_File(len(files) + 1, window, rows, _of_file(chosen, setup.failures)))
    if again:
        files.append(_File(len(files) + 1, files[-1].due_at + WINDOW, tuple(again), frozenset()))
    return tuple(sorted(drop for one in files for drop in _drops(one, manner)))


def _struck(setup: SimulatorSetup, manner: Manner) -> dict[int, str]:
    """Index of utterance → the failure mode that strikes it; those with a defect of their own are spared."""
    random = Random(setup.seed)  # noqa: S311  a scenario, no secret
    spared = [at for at, one in enumerate(setup.utterances) if not one.defect and not manner.is_spared(one)]
    struck: dict[int, str] = {}
    for name in sorted({*setup.failures} & {*FAILURES, *manner.defects} - {"zipped"}):
        free = [at for at in spared if at not in struck]
        count = min(len(free), max(1, round(len(setup.utterances) * _SHARE / len(setup.failures))))
        count = min(count, 1) if name == "lost_file" else count
        struck |= dict.fromkeys(random.sample(free, count), name)
    return struck


def _numbered(told: Iterable[Utterance], all_told: Sequence[Utterance]) -> list[tuple[int, Utterance]]:
    place = {id(one): at for at, one in enumerate(all_told)}
    return [(place[id(one)], one) for one in told]


def _of_file(chosen: Iterable[tuple[Utterance, str]], failures: Iterable[str]) -> frozenset[str]:
    zipped = {"zipped"} & set(failures)
    return frozenset({defect for _, defect in chosen} - _EXTRA_FILES | zipped)


def _extra_files(number: int, due_at: datetime, defects: Iterable[str]) -> list[_File]:
    kinds = sorted(_EXTRA_FILES & set(defects))
    return [_File(number + at, due_at, (), frozenset({kind})) for at, kind in enumerate(kinds)]


def _drops(one: _File, manner: Manner) -> list[Drop]:
    """What appears for one file, and when."""
    name, content = _content(one, manner)
    manifest = _manifest(one, name, content, manner)
    whole = Drop(one.due_at, one.number, ((name, content), manifest), _bodies(one))
    mended = replace(whole, due_at=one.due_at + MENDED_AFTER)
    half = content[: len(content) // 2]
    match one.defects & {*_LATE}:
        case found if "lost_file" in found:
            return []
        case found if "gap" in found:
            return [mended]
        case found if "out_of_order" in found:
            return [replace(whole, due_at=one.due_at + WINDOW + timedelta(seconds=1))]
        case found if "half_written" in found:
            return [replace(whole, files=((name, half),), bodies=0), mended]
        case found if "zero_byte" in found:
            return [replace(whole, files=((name, b""), manifest), bodies=0), mended]
        case found if "truncated_zip" in found:
            return [replace(whole, files=((name, half), manifest), bodies=0), mended]
    if "duplicate_name" in one.defects:
        other = replace(one, rows=(*one.rows, b"{}"), defects=one.defects - {"miscounted"})
        name, content = _content(other, manner)
        files = ((name, content), _manifest(other, name, content, manner))
        return [whole, Drop(one.due_at + REPLACED_AFTER, one.number, files, 1)]
    return [whole]


_LATE: Final = ("lost_file", "gap", "out_of_order", "half_written", "zero_byte", "truncated_zip")


def _bodies(one: _File) -> int:
    """What a reader makes of it: its rows, and one for each thing that it must refuse."""
    return len(one.rows) + len(one.defects & {"zip_bomb", "path_in_zip", "miscounted"})


def _content(one: _File, manner: Manner) -> tuple[str, bytes]:
    stem = f"{manner.prefix}_{one.number:06d}"
    if "zip_bomb" in one.defects:
        return f"{stem}.zip", _zip("rows.jsonl", _BOMB_BYTES)
    if "path_in_zip" in one.defects:
        return f"{stem}.zip", _zip("../../etc/passwd", b"x")
    lines = b"".join(row + b"\r\n" for row in one.rows)
    if one.defects & {"zipped", "truncated_zip"}:
        return f"{stem}.zip", _zip("rows.jsonl", lines)
    return f"{stem}.jsonl", lines


def _manifest(one: _File, name: str, content: bytes, manner: Manner) -> tuple[str, bytes]:
    said = {
        "name": name,
        "sequence": one.number,
        "sm3": sm3(content),
        "rows": len(one.rows) + ("miscounted" in one.defects),
        "charset": manner.charset,
    }
    return f"{manner.prefix}_{one.number:06d}.manifest.json", json.dumps(said).encode()


def _zip(member: str, content: bytes | int) -> bytes:
    """An archive with one member; a number means so many zeros, of which never more than 1 MiB is held."""
    made = io.BytesIO()
    entry = zipfile.ZipInfo(member, (2026, 3, 10, 8, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(made, "w") as archive, archive.open(entry, "w") as stream:
        if isinstance(content, int):
            for _ in range(content >> 20):
                stream.write(bytes(1 << 20))
        else:
            stream.write(content)
    return made.getvalue()


def _window(at: datetime) -> datetime:
    """When the export that holds `at` is made."""
    seconds = int(WINDOW.total_seconds())
    return datetime.fromtimestamp((int(at.timestamp()) // seconds + 1) * seconds, tz=at.tzinfo)
