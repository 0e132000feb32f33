"""What an administrator sets for one of the two sources. Closed: a misspelt setting stops the start."""

from pydantic import BaseModel, ConfigDict


class GridPagesConfig(BaseModel):
    """Configuration of `grid_pages`. There is no secret: only people who are signed in hand anything in."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    code_table: str = "wg-2026"
    """Whose codes the pages offer; the first of the source's tables in the pack."""
