"""What an administrator sets for one ferry. Strict: a misspelt setting stops the start, not the night."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hub import Crs
from hub.plugin.times import zone_of


class PoliceGridConfig(BaseModel):
    """Configuration of `police_grid`. It has no secret: over this border nobody signs in."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    inbox: str
    """Directory on the import server into which the diode drops files; only read."""
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")] = "JG"
    """How the names of this ferry's files begin, before `_000001`."""
    first: Annotated[int, Field(ge=1)] = 1
    """Number of the first file; higher where the hub joins a ferry that has long been running."""
    code_table: str = "jg-2025"
    zone: str = "+08:00"
    """Zone of times without one (N33)."""
    crs: Annotated[Crs, Field(strict=False)] = Crs.WGS84
    """Coordinate system of rows that name none (N45)."""
    hotline_source: str = "hotline_12345"
    """Name in the pack of the hotline whose order numbers stand in transferred matters."""
    page_rows: Annotated[int, Field(ge=1, le=5000)] = 500
    packed_bytes: Annotated[int, Field(ge=1024)] = 32 * 1024 * 1024
    unpacked_bytes: Annotated[int, Field(ge=1024)] = 128 * 1024 * 1024

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        zone_of(value)
        return value
