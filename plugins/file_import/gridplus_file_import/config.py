"""What an administrator sets for one import: which files, which column means what, how it is written."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, field_validator, model_validator

from hub import Crs, RequestType, Stage, Urgency
from hub.plugin.declared import declared
from hub.plugin.times import DEFAULT
from hub.plugin.transport.dropped_files import Whole
from hub.plugin.transport.file_drop import FileDropConfig
from hub.plugin.transport.file_rows import Format, Layout

COLUMNS: Final = declared(
    internal="source_ref version occurred_at reported_at category request_type urgency channel stage lon lat"
    " lonlat area_code grid_code device_ref callback anonymous secret accused_uscc condition same_as",
    personal="title content address requester_name requester_phone requester_address accused_name",
    sensitive="requester_id_number",
)
"""What a column may mean → class of what it holds (README, 列对应表). Free text counts as personal (N31)."""


class FileImportConfig(FileDropConfig):
    """Configuration of `file_import`. It has no secret; what the columns hold is the files' affair."""

    whole: Annotated[Whole, Field(strict=False)] = Whole.RENAMED
    format: Annotated[Format, Field(strict=False)]
    columns: Mapping[str, tuple[str, ...]]
    """Field of the draft → heading of the column, or JSON pointer into the record. `source_ref` may have several headings
    that are unique only together (N05); they are joined by `-`."""
    aliases: Mapping[str, str] = {}
    """Who else numbers the same report → the column of that number (N06)."""
    code_table: str
    crs: Annotated[Crs, Field(strict=False)] = Crs.WGS84
    central_meridian: float | None = None
    """Degrees; only for planar coordinates."""
    time_formats: Annotated[tuple[str, ...], Field(strict=False)] = DEFAULT
    """Members of `hub.plugin.times.Shape`, or strptime patterns, tried in order (N34)."""
    encoding: str = ""
    """Declared charset of text files; "" to find out."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    heading_row: Annotated[int, Field(ge=1)] = 1
    """Line of the headings of a CSV file; titles above it are left out."""
    records_at: Annotated[str, Field(pattern=r"^(/[^/]*)*$")] = ""
    """JSON pointer to the records of a JSON document; "" for the document itself."""
    stages: Mapping[str, Annotated[Stage, Field(strict=False)]] = {}
    urgencies: Mapping[str, Annotated[Urgency, Field(strict=False)]] = {}
    request_types: Mapping[str, Annotated[RequestType, Field(strict=False)]] = {}
    """Words and numbers of this source alone; what all sources share is known (`hub.plugin.words`)."""
    row_bytes: Annotated[int, Field(ge=64)] = 256 * 1024

    @field_validator("columns", mode="before")
    @classmethod
    def _in_lists(cls, value: Mapping[str, str | list[str]]) -> Mapping[str, tuple[str, ...]]:
        return {name: (one,) if isinstance(one, str) else tuple(one) for name, one in value.items() if one}

    @model_validator(mode="after")
    def _fits(self) -> "FileImportConfig":
        single = self.columns.keys() - {"source_ref"}
        if not single <= COLUMNS.keys() or any(len(self.columns[name]) > 1 for name in single):
            raise ValueError("columns has a name that no column has, or several columns under one")
        if "source_ref" not in self.columns:
            raise ValueError("columns names no source_ref")
        if (self.crs is Crs.CGCS2000_GK) != (self.central_meridian is not None):
            raise ValueError("central_meridian goes with crs cgcs2000_gk")
        self.layout()
        return self

    def layout(self) -> Layout:
        """How the files are written; raises ValueError for what cannot be."""
        mapped = [heading for headings in self.columns.values() for heading in headings]
        return Layout(
            format=self.format,
            headings=tuple(dict.fromkeys((*mapped, *self.aliases.values()))),
            encoding=self.encoding,
            delimiter=self.delimiter,
            heading_row=self.heading_row,
            records_at=self.records_at,
            row_bytes=self.row_bytes,
        )
