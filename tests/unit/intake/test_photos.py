"""Which photos a person may hand in: how many, how large, of which kind by their content (N72)."""

import pytest

from hub.errors import Refused
from hub.intake.photos import MOST_BYTES, MOST_PHOTOS, check_photos

JPEG = b"\xff\xd8\xff\xe0"


def test_as_many_as_may_be_and_as_large_are_taken() -> None:
    check_photos([])
    check_photos([JPEG.ljust(MOST_BYTES, b"\0")] * MOST_PHOTOS)


@pytest.mark.nasty("N72")
@pytest.mark.parametrize(
    ("photos", "code", "pointer"),
    [
        ([JPEG] * (MOST_PHOTOS + 1), "P302", "/photos"),
        ([JPEG, JPEG.ljust(MOST_BYTES + 1, b"\0")], "P304", "/photos/1"),
        ([JPEG, b"%PDF-1.7"], "P303", "/photos/1"),
        ([b"<svg onload=alert(1)>"], "P303", "/photos/0"),
        ([b""], "P303", "/photos/0"),
    ],
)
def test_others_are_refused_and_named(photos: list[bytes], code: str, pointer: str) -> None:
    with pytest.raises(Refused) as refused:
        check_photos(photos)
    assert (code, pointer) == (refused.value.code, refused.value.pointer)
