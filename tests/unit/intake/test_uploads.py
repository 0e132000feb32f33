"""Files that somebody hands in: by content, size and name."""

import pytest

from hub.errors import Refused
from hub.intake.filetypes import PICTURES, FileKind
from hub.intake.uploads import check_upload

JPEG, PNG, PDF = b"\xff\xd8\xff\xe0 photo", b"\x89PNG\r\n\x1a\n photo", b"%PDF-1.7 page"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (JPEG, "", FileKind.JPEG),
        (JPEG, "IMG_0001.JPG", FileKind.JPEG),
        (PNG, "井盖 修复后.png", FileKind.PNG),
        (PDF, "证明.pdf", FileKind.PDF),
        (JPEG, "照片", FileKind.JPEG),
    ],
)
def test_what_is_kept_is_known_by_its_content(content: bytes, name: str, kind: FileKind) -> None:
    assert kind is check_upload(content, name=name, most_bytes=100)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        pytest.param(b"MZ\x90", "photo.jpg", "W124", id="a program by another name"),
        pytest.param(b"<svg onload=1>", "", "W124", id="a script"),
        pytest.param(b"", "photo.jpg", "W124", id="nothing"),
        pytest.param(JPEG + b"x" * 100, "", "P108", id="too large"),
        pytest.param(JPEG, "photo.exe", "A339", id="a photo that says it is a program"),
        pytest.param(JPEG, "photo.png", "A339", id="another kind"),
        pytest.param(JPEG, "../photo.jpg", "A339", id="a path"),
        pytest.param(JPEG, "C:\\photo.jpg", "A339", id="a path elsewhere"),
        pytest.param(JPEG, "gpj\u202e.jpg", "A339", id="turned around"),
        pytest.param(JPEG, "a\x00.jpg", "A339", id="a control"),
        pytest.param(JPEG, ".htaccess", "A339", id="hidden"),
        pytest.param(JPEG, "x" * 125 + ".jpg", "A339", id="too long"),
    ],
)
def test_what_is_not_fit_is_refused(content: bytes, name: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        check_upload(content, name=name, most_bytes=100)


def test_who_takes_pictures_alone_takes_no_page() -> None:
    with pytest.raises(Refused, match="W124"):
        check_upload(PDF, most_bytes=100, kinds=PICTURES)
