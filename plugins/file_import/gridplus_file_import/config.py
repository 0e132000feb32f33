"""What an administrator sets for one import: which files, which column means what, how it is written."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from hub import Crs, RequestType, Stage, Urgency
from hub.plugin.times import DEFAULT, Zone
from hub.plugin.transport.file_rows import Format, Layout

_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)
_Names = Annotated[tuple[str, ...], Field(strict=False)]


class ColumnMap(BaseModel):
    """Field of the draft → heading of the column, or JSON pointer into the record; "" where there is none."""

    model_config = _STRICT

    source_ref: Annotated[_Names, Field(min_length=1)]
    """One heading, or several that are unique only together (N05); joined by `-`."""
    version: str = ""
    occurred_at: str = ""
    reported_at: str = ""
    category: str = ""
    request_type: str = ""
    urgency: str = ""
    channel: str = ""
    stage: str = ""
    title: str = ""
    content: str = ""
    lon: str = ""
    lat: str = ""
    lonlat: str = ""
    """Both in one cell, east first: `120.85,32.00`."""
    address: str = ""
    area_code: str = ""
    grid_code: str = ""
    device_ref: str = ""
    requester_name: str = ""
    requester_phone: str = ""
    requester_id_number: str = ""
    requester_address: str = ""
    callback: str = ""
    anonymous: str = ""
    secret: str = ""
    accused_name: str = ""
    accused_uscc: str = ""
    condition: str = ""
    same_as: str = ""

    @field_validator("source_ref", mode="before")
    @classmethod
    def _one_is_enough(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class FileImportConfig(BaseModel):
    """Configuration of `file_import`. It has no secret; what the columns hold is the files' affair."""

    model_config = _STRICT

    files: str
    """A file, or a directory."""
    pattern: str = "*"
    """Which files of the directory, for instance `*.csv`; names that begin with a dot never."""
    format: Annotated[Format, Field(strict=False)]
    columns: ColumnMap
    aliases: Mapping[str, str] = {}
    """Who else numbers the same report → the column of that number (N06)."""
    code_table: str
    crs: Annotated[Crs, Field(strict=False)] = Crs.WGS84
    central_meridian: float | None = None
    """Degrees; only for planar coordinates."""
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""
    time_formats: _Names = DEFAULT
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
    page_rows: Annotated[int, Field(ge=1, le=5000)] = 500
    file_bytes: Annotated[int, Field(ge=1024)] = 256 * 1024 * 1024
    row_bytes: Annotated[int, Field(ge=64)] = 256 * 1024

    @model_validator(mode="after")
    def _planar_has_meridian(self) -> "FileImportConfig":
        if (self.crs is Crs.CGCS2000_GK) != (self.central_meridian is not None):
            raise ValueError("central_meridian goes with crs cgcs2000_gk")
        return self

    @model_validator(mode="after")
    def _xml_has_a_name(self) -> "FileImportConfig":
        if self.format is Format.XML and not self.records_at.rpartition("/")[2]:
            raise ValueError("records_at names the elements of an XML document")
        return self

    def layout(self) -> Layout:
        """How the files are written."""
        return self._layout

    @cached_property
    def _layout(self) -> Layout:
        return Layout(
            format=self.format,
            headings=self._headings(),
            encoding=self.encoding,
            delimiter=self.delimiter,
            heading_row=self.heading_row,
            records_at=self.records_at,
            row_bytes=self.row_bytes,
        )

    def _headings(self) -> tuple[str, ...]:
        """Every column that is mapped, each once, in the order of the map."""
        single = self.columns.model_dump(exclude={"source_ref"}).values()
        mapped = (*self.columns.source_ref, *single, *self.aliases.values())
        return tuple(dict.fromkeys(name for name in mapped if name))
