"""What is vendored lies there as the list says, with its licence, and travels in wheel and sdist."""

from dataclasses import replace
from pathlib import Path

import pytest
from hatchling.builders.plugin.interface import BuilderInterface
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from tools.vendor import LIST, ROOT, Taken, compared, faults, listed, without_map, written

PACKAGES = listed(LIST.read_text("utf-8"))
SERVED = [
    ROOT / one.into / file.name for one in PACKAGES for file in one.files if one.into.startswith("hub/")
]


def test_every_file_is_the_one_that_was_taken_and_nothing_else_lies_there() -> None:
    assert [] == list(faults(PACKAGES))


def test_each_licence_lets_us_pass_it_on() -> None:
    free = {"0BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT OR Apache-2.0"}
    assert {one.licence for one in PACKAGES if one.into.startswith("hub/")} <= free
    assert {one.licence for one in PACKAGES} <= {*free, "MPL-2.0"}  # in tests, as it is


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"licence_files": ()}, "no licence file", id="without a licence"),
        pytest.param(
            {"licence_files": ("COPYING",)}, "COPYING is not among", id="a licence that is not taken"
        ),
        pytest.param(
            {"files": (Taken("LICENSE", "LICENSE", "0" * 64),)}, "not the file that", id="another digest"
        ),
        pytest.param(
            {"files": (Taken("x.js", "x.js", "0" * 64),)}, "x.js: not there", id="a file that lacks"
        ),
        pytest.param({"files": ()}, "htmx.min.js: not in", id="a file that the list lacks"),
    ],
)
def test_what_is_not_as_listed_is_told(change: dict[str, object], told: str) -> None:
    changed = [replace(one, **change) if one.name == "htmx.org" else one for one in PACKAGES]  # type: ignore[arg-type]
    assert told in "\n".join(faults(tuple(changed)))


def test_a_browser_is_sent_for_no_source_map() -> None:
    assert [] == [one for one in SERVED if b"sourceMappingURL" in one.read_bytes()]
    assert b"a;\nb;\n" == without_map(b"a;\n//# sourceMappingURL=a.mjs.map\nb;\n")
    assert b"a{}\n" == without_map(b"a{}\n/*# sourceMappingURL=a.css.map */")


def test_the_list_is_written_as_it_is_read() -> None:
    assert LIST.read_text("utf-8") == written(PACKAGES)


@pytest.mark.parametrize("builder", [WheelBuilder, SdistBuilder])
def test_wheel_and_sdist_carry_every_served_file(builder: type[BuilderInterface]) -> None:  # type: ignore[type-arg]
    carried = {Path(one.path) for one in builder(str(ROOT)).recurse_included_files()}
    assert set(SERVED) | {LIST} <= carried


def test_another_archive_of_the_same_version_is_told() -> None:
    """Who gives other bytes under the same number is found out, even where the files that we take are the same."""
    (one,) = (one for one in PACKAGES if one.name == "htmx.org")
    same = {file.name: (ROOT / one.into / file.name).read_bytes() for file in one.files}
    assert [] == list(compared(one, one.integrity, same))
    assert [f"{one.purl}: another archive: sha512-other"] == list(compared(one, "sha512-other", same))
    changed = same | {"htmx.min.js": b"other"}
    (told,) = compared(one, one.integrity, changed)
    assert "htmx.min.js differs" in told
