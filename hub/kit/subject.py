"""The adapter under check: what it offers, what its samples teach the kit about its system, and how to put it to work."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, cached_property
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import Any, Final

from hub.clock import SHANGHAI, FixedClock
from hub.intake.validate import Validator
from hub.kit.desk import Desk, fine, tools
from hub.kit.outcome import Failed, NotApplicable
from hub.kit.story import Story
from hub.kit.wire import Trouble
from hub.model import Draft, Mode, Person, RecordId, RequestType
from hub.pack import load
from hub.pipeline import Journey, Parked
from hub.plugin import AdapterEntry, Utterance
from hub.plugin.adapter import Adapter
from hub.plugin.samples import Sample, read_samples
from hub.schema import schemas
from hub.understood import Origin, Understood

NOON: Final = datetime(2026, 3, 10, 12, 0, tzinfo=SHANGHAI)
"""When checks begin, by the scenario clock: a working Tuesday."""
PHONE: Final = "13800000000"
"""Nobody's: no such number is given out."""
NAME: Final = "测试甲"
WORDS: Final = "青石路十八号门前井盖破损"


@cache
def journey() -> Journey:
    """The hub's rooms with the demo pack: what becomes of a draft."""
    known = schemas()
    return Journey(
        load(),
        schema=Validator(known["event"], known.values()),
        fingerprint=lambda words: blake2b(words, digest_size=16).hexdigest(),
        is_staff=lambda *_: False,
    )


@dataclass(frozen=True, slots=True)
class Manner:
    """How this system speaks, as far as a simulator needs to be told: taken from the plugin's own samples."""

    code: str = "0101"
    code_table: str = ""
    area_code: str = "329901001"
    device_ref: str = ""
    condition: str = ""
    ref: str = "KIT20260310000001"


class Subject:
    """One adapter under check. `place` is an empty directory for one check."""

    def __init__(self, entry: AdapterEntry, place: Path, *, bus_url: str = "") -> None:
        """`bus_url`: a broker for systems that are topics; "" where there is none."""
        self.entry: Final = entry
        self.bus_url: Final = bus_url
        self.place: Final = place
        self._number: Final = count()

    # --- what it is

    def needs(self, *capabilities: type, why: str) -> None:
        """Raises NotApplicable where the adapter lacks one of these capabilities."""
        if not all(isinstance(self.adapter, one) for one in capabilities):
            raise NotApplicable(why)

    def needs_simulator(self) -> None:
        """Raises NotApplicable where nothing can be played."""
        if self.entry.simulator is None:
            raise NotApplicable("it offers no simulator")

    @cached_property
    def adapter(self) -> Adapter:
        """One adapter that is asked what it is, and used for pure work alone. Nothing is opened for it."""
        if self.entry.simulator is None:
            return self.entry.make(self.entry.config.model_validate({}), self._tools())
        with self.at_desk() as desk:
            return desk.made()

    @cached_property
    def sampled(self) -> Adapter:
        """The adapter as its samples want it: by `config.json` beside them, where there is one."""
        settings = self.entry.samples / "config.json" if self.entry.samples else None
        if settings is None or not settings.exists():
            return self.adapter
        return self.entry.make(self.entry.config.model_validate_json(settings.read_bytes()), self._tools())

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """Its golden samples; none where it has no folder."""
        return read_samples(self.entry.samples) if self.entry.samples else ()

    @cached_property
    def manner(self) -> Manner:
        """What its samples say of codes, areas, devices and numbers."""
        drafts = [draft for sample in self.samples for draft in _drafts_in(sample)]
        plain = Manner(ref=_longest([str(one.get("source_ref", "")) for one in drafts]) or Manner().ref)
        for one in drafts:
            code = one.get("category", {})
            if code.get("value"):
                return replace(
                    plain,
                    code=str(code["value"]),
                    code_table=str(code.get("table", "")),
                    area_code=str(one.get("area_code") or plain.area_code),
                    device_ref=str(one.get("device_ref", "")),
                    condition=str(one.get("condition", "")),
                )
        return plain

    # --- what its people say

    def says(self, number: int = 1, **changes: Any) -> Utterance:
        """One report of invented people; `changes` are fields of Utterance."""
        told: dict[str, Any] = {
            "at": NOON - timedelta(minutes=10),
            "ref": numbered(self.manner.ref, number),
            "code": self.manner.code,
            "code_table": self.manner.code_table,
            "condition": self.manner.condition,
            "occurred_at": NOON - timedelta(minutes=30),
            "reported_at": NOON - timedelta(minutes=20),
            "title": f"井盖破损{number}",
            "content": f"{WORDS}，第{number}处",
            "lon": 120.8512,
            "lat": 32.0013,
            "address": "青石路18号",
            "area_code": self.manner.area_code,
            "device_ref": self.manner.device_ref,
            "requester": Person(NAME, PHONE, callback=True),
            "request_type": RequestType.HELP,
        }
        return Utterance(**(told | changes))

    # --- putting it to work

    @contextmanager
    def at_desk(
        self,
        *utterances: Utterance,
        failures: tuple[str, ...] = (),
        trouble: Callable[[int], Trouble | None] = fine,
        settings: Mapping[str, object] | None = None,
        door_keeps: bool = True,
        clock: FixedClock | None = None,
    ) -> Iterator[Desk]:
        """A desk in a directory of its own, closed behind the block."""
        self.needs_simulator()
        place = self.place / f"desk{next(self._number)}"
        desk = Desk(
            self.entry,
            clock or FixedClock(NOON),
            place,
            utterances,
            failures=failures,
            trouble=trouble,
            settings=settings,
            door_keeps=door_keeps,
            bus_url=self.bus_url,
        )
        try:
            yield desk
        finally:
            desk.close()

    def story(self, *utterances: Utterance, **how: Any) -> Story:
        """What came of saying this, to the end; see `at_desk`."""
        with self.at_desk(*utterances, **how) as desk:
            return desk.run()

    def said_otherwise(self, why: str, **changes: Any) -> Story:
        """What comes of one report with these changes; raises NotApplicable with `why` where the system says the same
        with them and without."""
        plain, other = self.story(self.says()), self.story(self.says(**changes))
        if {one.sent for one in plain.told} == {one.sent for one in other.told}:
            raise NotApplicable(why)
        return other

    def understood(self, draft: Draft) -> Understood | Parked:
        """What the hub makes of a draft."""
        origin = Origin(
            record_id=RecordId("rc_" + "0" * 32),
            source=self.entry.name,
            mode=Mode.LIVE,
            received_at=NOON,
        )
        return journey().understand(draft, origin)

    def _tools(self) -> Any:
        return tools(FixedClock(NOON), self.place, self.entry.name)


def numbered(ref: str, number: int) -> str:
    """A number of the same form as `ref`: its last digits count, and its length stays as long as they are enough."""
    end = len(ref.rstrip("0123456789"))
    digits = len(ref) - end
    if digits == 0:
        return f"{ref}{number}"
    kept = min(digits, 6)
    return f"{ref[: len(ref) - kept]}{number:0{kept}d}"


def ids_of(drafts: list[Draft]) -> list[tuple[str, str]]:
    """Number and part of each report, in order."""
    return [(draft.source_ref, draft.part) for draft in drafts]


def demand(holds: bool, why: str, said: str) -> None:
    """Raises Failed where it does not hold."""
    if not holds:
        raise Failed(why, said)


def _drafts_in(sample: Sample) -> list[Mapping[str, Any]]:
    return [one for one in sample.expected.get("drafts", ()) if "category" in one]


def _longest(refs: list[str]) -> str:
    return max(refs, key=len, default="")
