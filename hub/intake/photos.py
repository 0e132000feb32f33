"""Which files a person may hand in with a report: how many, how large, of which kind by their content. Pure.

What a browser calls them, and what kind it says they are, is not looked at (N72).
"""

from collections.abc import Sequence
from typing import Final

from hub.errors import Refused
from hub.intake.filetypes import HEAD, PICTURES, kind_of

MOST_PHOTOS: Final = 6
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of one photo."""


def check_photos(photos: Sequence[bytes]) -> None:
    """Raises Refused P302 for too many, P304 for one too large, P303 for one that is no picture."""
    if len(photos) > MOST_PHOTOS:
        raise Refused("P302", pointer="/photos", most=MOST_PHOTOS)
    for at, one in enumerate(photos):
        if len(one) > MOST_BYTES:
            raise Refused("P304", pointer=f"/photos/{at}", most_mb=MOST_BYTES // 1024 // 1024)
        if kind_of(one[:HEAD]) not in PICTURES:
            raise Refused("P303", pointer=f"/photos/{at}")
