"""What a row says by the column map → a draft. Pure: bytes and configuration in, a draft out."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from gridplus_file_import.config import FileImportConfig
from hub import (
    Alias,
    BadRecord,
    Code,
    Draft,
    HeldRecord,
    Person,
    Position,
    Stage,
)
from hub.plugin.fields import Fields, whole
from hub.plugin.notes import looks_like_a_test, original_numbers
from hub.plugin.points import point_of
from hub.plugin.times import zone_of
from hub.plugin.transport.dropped_files import raise_if_broken
from hub.plugin.transport.file_rows import cells_of_row
from hub.plugin.words import request_type_of, stage_of, urgency_of

_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2}")
"""What a spreadsheet makes of a long number: its last digits are gone (N21)."""
_BETWEEN: Final = re.compile(r"[,，;；\s]+")


def draft_of(content: bytes, kind: str, config: FileImportConfig) -> Draft:
    """The report of one row.

    Raises BadRecord R101, R102 (unreadable), R103 (too long), R201 (no number), R202, R204 (digits lost), or the code of a
    file that could not be opened; HeldRecord R104, R203. Pointers name the column, or lead into the record.
    """
    layout = config.layout()
    raise_if_broken(kind, limit=config.file_bytes)
    try:
        return _Row(cells_of_row(content, layout), config).draft()
    except (BadRecord, HeldRecord) as error:
        raise type(error)(error.code, pointer=_as_mapped(error.pointer), **error.facts) from None


def _as_mapped(pointer: str) -> str:
    """A column that is itself a pointer was escaped once too often."""
    return pointer[1:].replace("~1", "/").replace("~0", "~") if pointer.startswith("/~1") else pointer


class _Row:
    """One row's cells by the names of the map."""

    def __init__(self, cells: Mapping[str, object], config: FileImportConfig) -> None:
        self._cells: Final = Fields(cells)
        self._config: Final = config
        self._map: Final = config.columns
        self._zone: Final = zone_of(config.zone)

    def draft(self) -> Draft:
        config, columns = self._config, self._map
        ref = self._source_ref()
        aliases = tuple(Alias(system, ref) for system, ref in self._aliases())
        title, content = self._text(columns.title), self._text(columns.content)
        urgency, status = self._word(columns.urgency), self._word(columns.stage)
        request_type = self._word(columns.request_type)
        same_as = self._ref(columns.same_as)
        own = {ref, same_as, *(alias.ref for alias in aliases)}
        remarked = original_numbers(content, own=own)
        return Draft(
            source_ref=ref,
            aliases=aliases,
            same_as=(same_as, *remarked) if same_as else remarked,
            version=self._version(),
            occurred_at=self._moment(columns.occurred_at),
            reported_at=self._moment(columns.reported_at),
            category=Code(config.code_table, self._ref(columns.category)),
            request_type=config.request_types.get(request_type) or request_type_of(request_type),
            urgency=config.urgencies.get(urgency) or urgency_of(urgency),
            urgency_raw=urgency,
            channel=self._text(columns.channel),
            stage=config.stages.get(status) or (stage_of(status) if status else Stage.RECEIVED),
            status_raw=status,
            title=title,
            content=content,
            position=self._position(),
            address=self._text(columns.address),
            area_code=self._ref(columns.area_code),
            grid_code=self._ref(columns.grid_code),
            device_ref=self._ref(columns.device_ref),
            requester=self._person(),
            secret=self._yes(columns.secret),
            accused_name=self._text(columns.accused_name),
            accused_uscc=self._ref(columns.accused_uscc),
            condition=self._text(columns.condition),
            flags=("test_data",) if looks_like_a_test(f"{title}\n{content}") else (),
        )

    def _text(self, column: str) -> str:
        return self._cells.text(column) if column else ""

    def _word(self, column: str) -> str:
        """A word or number of a closed set; `5.0` is 5 (N26)."""
        return whole(self._text(column))

    def _yes(self, column: str) -> bool:
        return self._cells.yes(column) if column else False

    def _moment(self, column: str) -> datetime | None:
        if not column:
            return None
        return self._cells.moment(column, zone=self._zone, formats=self._config.time_formats)

    def _ref(self, column: str) -> str:
        """A number; one that a spreadsheet has rounded is worse than none (N21)."""
        found = self._cells.ref(column) if column else ""
        if _SCIENTIFIC.fullmatch(found):
            raise BadRecord("R204", pointer=self._cells.pointer_to(column))
        return found

    def _source_ref(self) -> str:
        parts = [self._ref(column) for column in self._map.source_ref]
        for column, part in zip(self._map.source_ref, parts, strict=True):
            if not part:
                raise BadRecord("R201", pointer=self._cells.pointer_to(column))
        return "-".join(parts)

    def _aliases(self) -> Iterable[tuple[str, str]]:
        for system, column in self._config.aliases.items():
            found = self._ref(column)
            if found:
                yield system, found

    def _version(self) -> str:
        """A time in one form, so that versions sort as text; anything else as it stands."""
        try:
            moment = self._moment(self._map.version)
        except HeldRecord:
            return self._ref(self._map.version)
        return moment.isoformat() if moment else ""

    def _position(self) -> Position | None:
        config, columns = self._config, self._map
        both = _BETWEEN.split(self._text(columns.lonlat))
        x, y = both if len(both) == 2 else (self._text(columns.lon), self._text(columns.lat))
        return point_of(x, y, config.crs, central_meridian=config.central_meridian)

    def _person(self) -> Person | None:
        columns = self._map
        if self._yes(columns.anonymous):
            return Person(anonymous=True)
        person = Person(
            name=self._text(columns.requester_name),
            phone=self._ref(columns.requester_phone),
            id_number=self._ref(columns.requester_id_number),
            address=self._text(columns.requester_address),
            callback=self._yes(columns.callback),
        )
        return None if person == Person(callback=person.callback) else person
