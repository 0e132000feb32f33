"""Files by a column map: every row a record, file after file, in the order of names; no content twice.

Whether clocks start for them is the hub's to say (N78).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from gridplus_file_import.config import FileImportConfig
from hub import Alias, Arrival, BadRecord, Code, Draft, GridDraft, Position
from hub.plugin import Listed, Tools
from hub.plugin.fields import Fields, Renaming, whole
from hub.plugin.notes import flags_of, original_numbers
from hub.plugin.points import both_of, point_of
from hub.plugin.text import has_lost_digits
from hub.plugin.transport.file_drop import FileDrop
from hub.plugin.transport.file_rows import Layout
from hub.plugin.words import request_type_of, stage_of, urgency_of

_PERSON: Final = tuple(f"requester_{one}" for one in ("name", "phone", "id_number", "address"))


class FileImport(FileDrop[FileImportConfig]):
    """Reports from files by a column map."""

    def __init__(self, config: FileImportConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        single = {name: columns[0] for name, columns in config.columns.items() if name != "source_ref"}
        self._parts: Final = {f"source_ref {at}": one for at, one in enumerate(config.columns["source_ref"])}
        self._others: Final = {f"alias {system}": column for system, column in config.aliases.items()}
        self._names: Final = Renaming(single | self._parts | self._others)

    def layout(self) -> Layout:
        """As the configuration says."""
        return self.config.layout()

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """Numbers of all readable rows that were reported in that time, or that do not say when."""
        return self.reported_between(since, until)

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft | GridDraft]:  # noqa: ARG002  nothing of it
        """The report of one row. Raises BadRecord R201 (no number), R202, R204 (digits lost), HeldRecord R104, R203.
        Pointers name the column, or lead into the record."""
        config, row = self.config, self._names.of(row)
        ref = "-".join(_number(row, part) or row.ref_or_dead(part) for part in self._parts)
        others = {name.removeprefix("alias "): _number(row, name) for name in self._others}
        for name in ("requester_phone", "requester_id_number"):
            _number(row, name)
        title, content, same_as = row.text("title"), row.text("content"), _number(row, "same_as")
        remarked = original_numbers(content, own={ref, same_as, *others.values()})
        # a word or number of a closed set: `5.0` is 5 (N26)
        urgency, status, asked = (whole(row.text(name)) for name in ("urgency", "stage", "request_type"))
        zone, formats = self.zone, config.time_formats
        return [
            Draft(
                source_ref=ref,
                aliases=tuple(Alias(system, other) for system, other in others.items() if other),
                same_as=(same_as, *remarked) if same_as else remarked,
                version=row.version("version", zone=zone, formats=formats),
                occurred_at=row.moment("occurred_at", zone=zone, formats=formats),
                reported_at=row.moment("reported_at", zone=zone, formats=formats),
                category=Code(config.code_table, _number(row, "category")),
                request_type=config.request_types.get(asked) or request_type_of(asked),
                urgency=config.urgencies.get(urgency) or urgency_of(urgency),
                urgency_raw=urgency,
                channel=row.text("channel"),
                stage=config.stages.get(status) or stage_of(status),
                status_raw=status,
                title=title,
                content=content,
                position=self._position(row),
                address=row.text("address"),
                area_code=_number(row, "area_code"),
                grid_code=_number(row, "grid_code"),
                device_ref=_number(row, "device_ref"),
                requester=row.person_unless("anonymous", *_PERSON, callback="callback"),
                secret=row.yes("secret"),
                accused_name=row.text("accused_name"),
                accused_uscc=_number(row, "accused_uscc"),
                condition=row.text("condition"),
                flags=flags_of(f"{title}\n{content}"),
            )
        ]

    def _position(self, row: Fields) -> Position | None:
        x, y = both_of(row.text("lonlat")) or (row.text("lon"), row.text("lat"))
        return point_of(x, y, self.config.crs, central_meridian=self.config.central_meridian)


def _number(row: Fields, name: str) -> str:
    """A number; one that a spreadsheet has rounded is worse than none (N21)."""
    found = row.ref(name)
    if has_lost_digits(found):
        raise BadRecord("R204", pointer=row.pointer_to(name))
    return found
