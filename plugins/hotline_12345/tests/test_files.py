"""Files that the platform keeps for its orders: links look alike, and what comes differs."""

from typing import TYPE_CHECKING
from urllib.request import HTTPErrorProcessor, build_opener

import orjson
import pytest
from gridplus_hotline_12345.simulator.files import FILES

from hub.intake.filetypes import FileKind, kind_of

if TYPE_CHECKING:
    from plugins.hotline_12345.tests.conftest import Say, Start


class AsItIs(HTTPErrorProcessor):
    """Follows nothing, and takes every status for an answer."""

    def http_response(self, request, response):  # noqa: ARG002  urllib's
        return response


@pytest.mark.nasty("N72")
def test_an_order_names_its_files_and_the_platform_serves_them(start: "Start", say: "Say") -> None:
    kinds = ",".join(FILES)
    desk = start(say(extra={"way": "push", "attachments": kinds}))
    assert desk.system.wait_for(desk.system.done)
    (body,) = desk.door.bodies
    refs = desk.draft(body).attachments
    assert len(FILES) == len(orjson.loads(body.content)["attachments"]) == len(refs)
    got = {}
    for kind, ref in zip(FILES, refs, strict=True):
        with build_opener(AsItIs).open(ref.url, timeout=5) as answer:
            got[kind] = (answer.status, kind_of(answer.read()))
    assert {
        "plain": (200, FileKind.JPEG),
        "expired": (403, FileKind.EMPTY),
        "html": (200, FileKind.OTHER),
        "webp": (200, FileKind.WEBP),
        "empty": (200, FileKind.EMPTY),
        "redirect": (302, FileKind.EMPTY),
    } == got


def test_a_link_and_a_name_tell_who_called(start: "Start", say: "Say") -> None:
    """As such platforms do: whoever looks for leaks must find something to look for."""
    desk = start(say(extra={"way": "push", "attachments": "plain"}))
    assert desk.system.wait_for(desk.system.done)
    (ref,) = desk.draft(desk.door.bodies[0]).attachments
    assert "13800000000" in ref.url
    assert "测试甲" in ref.name


def test_an_order_without_files_names_none(start: "Start", say: "Say") -> None:
    desk = start(say(extra={"way": "push"}))
    assert desk.system.wait_for(desk.system.done)
    assert () == desk.draft(desk.door.bodies[0]).attachments
