"""What an administrator sets for the police ferry, beside what every ferry has."""

from typing import Annotated

from pydantic import Field

from hub import Crs
from hub.plugin.transport.ferry_pull import FerryPullConfig


class PoliceGridConfig(FerryPullConfig):
    """Configuration of `police_grid`."""

    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")] = "JG"
    code_table: str = "jg-2025"
    crs: Annotated[Crs, Field(strict=False)] = Crs.WGS84
    """Coordinate system of rows that name none (N45)."""
    hotline_source: str = "hotline_12345"
    """Name in the pack of the hotline whose order numbers stand in transferred matters."""
