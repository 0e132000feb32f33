"""Somebody invented in every field of every source, and a day on which every department is called."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

from hub.access.fields import split
from hub.demo import day
from hub.demo.bodies import Bodies, speak
from hub.demo.newcomers import NEEDS_KAFKA
from hub.demo.scenario import Scenario
from hub.intake.links import following
from hub.model import AttachmentRef, Code, Draft, Person
from hub.model.contract import Contract, Example
from hub.pack import Pack
from hub.plugin import Utterance
from hub.run.sources.entering import ENTRIES, REPORTS
from tests.instruments import MORNING, at, demo_pack, stated

_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
PEOPLE: Final = 400
TABLES: Final[Mapping[str, str]] = {
    **day.TABLES,
    "file_import": "hl-2024",
    "utilities_power": "gy-2026",
    "utilities_gas": "gy-2026",
    "utilities_heat": "gy-2026",
}
"""Source → the code table that it speaks in."""

WITH_HOMES: Final = frozenset({"hotline_12345", "market_supervision"})
"""Sources that know where a requester lives. Of the others a home in free text is not told from a place
(`hub.access.textscan`), and none is planted there."""


WITHOUT_TELLERS: Final = frozenset({"iot_sensors", "food_safety", "emergency"})
"""Sources that send nobody who told of it, or drop them before their words are read: a bare name in free text is known by its
shape alone there (`gridplus measure` says how well), and of an invented one there is none."""


def planted(n: int) -> Person:
    """Somebody invented, each of whose values occurs nowhere else."""
    return Person(
        name=f"甄虚{_STEMS[n // 100]}{_STEMS[n // 10 % 10]}{_STEMS[n % 10]}",
        phone=f"1390000{n:04d}",
        id_number=f"32990119000101{n:03d}X",
        address=f"杜撰里{n + 1}号",
        callback=True,
    )


def words(one: Person, neighbour: Person) -> str:
    """Free text that tells of its teller, and of somebody who told of the same matter."""
    return (
        f"我是{one.name}，电话{one.phone}，身份证{one.id_number}，住{one.address}；{neighbour.name}也看到了。"
    )


def told(
    n: int, neighbour: int, code: Code, files: str = "https://files.invalid", **changes: object
) -> Draft:
    """A report by person `n` whose every word that may be free names somebody; its photo lies on `files`."""
    one = planted(n)
    return stated(
        f"C{n}",
        **{
            "category": code,
            "title": f"{one.name}反映水管爆裂",
            "content": words(one, planted(neighbour)),
            "requester": one,
            "urgency_raw": f"急，{one.phone}",
            "channel": f"来电{one.phone}",
            "status_raw": f"待{one.name}回访",
            "condition": f"{one.phone}",
            "attachments": (AttachmentRef(f"{files}/{one.phone}.jpg", f"{one.name}.jpg"),),
            **changes,
        },
    )


def for_every_department(pack: Pack, files: str) -> Iterator[tuple[str, Draft]]:
    """(source, report): the examples of every contract, told where they say, by a person each."""
    numbers = count(100)
    for contract in pack.contracts:
        for example in contract.examples:
            n = next(numbers)
            if example.expect != "none" and (found := _spoken(pack, contract, example, n, files)):
                yield found


def _spoken(pack: Pack, contract: Contract, example: Example, n: int, files: str) -> tuple[str, Draft] | None:
    sources = (example.source,) if example.source else tuple(TABLES)
    for source in sources:
        code = pack.codes.code_for(TABLES[source], example.category)
        spot = next((a for a in pack.geography.addresses if a.community_id.startswith(example.area)), None)
        if code and spot and source in pack.sources:
            draft = told(n, n, Code(TABLES[source], code), files, position=at(spot.lon, spot.lat))
            return source, replace(
                draft,
                source_ref=f"D-{contract.department}-{n}",
                urgency=example.urgency,
                request_type=example.request_type,
                secret=example.secret,
            )
    return None


def pack_with_files(host: str, *, has_broker: bool) -> Pack:
    """The demo pack with its template of a file source switched on, so that every plugin of a system has a source, but for
    those that are topics where there is no broker; photos of all sources lie on `host`. What people type on our own pages
    is searched for in `test_own_pages`."""
    pack = demo_pack()
    known = {**pack.sources, **pack.source_templates}
    absent = {ENTRIES, REPORTS} | (set() if has_broker else NEEDS_KAFKA)
    sources = {name: one for name, one in known.items() if name not in absent}
    allowed = following([host])
    return replace(pack, sources={name: replace(one, attachments=allowed) for name, one in sources.items()})


def spoken_by_every_plugin(pack: Pack, place: Path, bus_url: str) -> Bodies:
    """What the simulator of each source of `pack` sends of reports by planted people; `bus_url`: of a broker for those that
    are topics."""
    spot = pack.geography.addresses[1000]
    said = {
        source: tuple(
            _utterance(pack, source, number, 3 * at_ + number, spot.lon, spot.lat) for number in range(3)
        )
        for at_, source in enumerate(sorted(pack.sources))
    }
    people = tuple(planted(n) for n in range(PEOPLE))
    return speak(Scenario(said, {}, people, MORNING), pack, seed=1, place=place, bus_url=bus_url)


def _utterance(pack: Pack, source: str, number: int, n: int, lon: float, lat: float) -> Utterance:
    """In a table of the source's own; what the source has no field for is told in its words."""
    one, table = planted(n), TABLES[source]
    text = words(one, one) if source in WITH_HOMES else words(one, one).replace(one.address, "本小区")
    if source in WITHOUT_TELLERS:
        text = text.replace(one.name, "本人")
    title = f"{'本人' if source in WITHOUT_TELLERS else one.name}反映情况"
    (code, *_) = sorted(filter(None, (pack.codes.code_for(table, c) for c in pack.taxonomy.categories)))
    return Utterance(
        at=MORNING,
        ref=f"{source[:2].upper()}20260310{number:06d}",
        code=code,
        code_table=table,
        occurred_at=MORNING,
        reported_at=MORNING,
        title=title,
        content=text,
        lon=lon,
        lat=lat,
        requester=one,
        accused_name=one.name,
        device_ref="32990100001320000007",
        defect="faces_beside" if source == "xueliang_video" else "",
        extra={"vendor_note": text},
    )


def hidden_from(pack: Pack, department: str) -> list[Person]:
    """The planted people with only those values that no grant shows `department` in full."""
    full = {
        split(g.field)[1]
        for g in pack.grants
        if g.department == department and not g.mask and g.field.startswith("resident.")
    }
    return [_without(planted(n), full) for n in range(PEOPLE)]


def _without(one: Person, shown: set[str]) -> Person:
    def left(name: str, value: str) -> str:
        return "" if name in shown else value

    return Person(
        name=left("name", one.name),
        phone=left("phone", one.phone),
        id_number=left("id_number", one.id_number),
        address=left("address", one.address),
    )
