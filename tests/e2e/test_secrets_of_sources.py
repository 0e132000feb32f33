"""A source's secrets change while the hub works: read, pushed to and told over real sockets, without a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.clock import SystemClock
from hub.jsonform import dumps
from hub.model import EventKey, Stage
from hub.plugin import Answer
from hub.store import answers
from tests.connected.patience import until
from tests.e2e.live import SOURCE, LiveHub, said


@pytest.fixture
def place(tmp_path: Path) -> Iterator[LiveHub]:
    """A hub that works."""
    made = LiveHub(tmp_path)
    yield made
    made.close()


@pytest.mark.nasty("N86")
def test_new_secrets_serve_to_read_to_be_pushed_to_and_to_tell_and_no_record_is_lost(place: LiveHub) -> None:
    place.hotline.speak(said("GD1", "pull"))
    until(lambda: place.hotline.push(said("GD2", "push")) == 200, "the web worker listens")
    until(lambda: place.records() == 2, "what was said under the first secrets is stored")

    place.hotline.change(app_secret="second-to-us", push_secret="second-by-us")
    place.hotline.speak(said("GD3", "pull"))
    assert 401 == place.hotline.push(said("GD4", "push"))
    until(lambda: place.state()[0] in ("backing_off", "failed"), "the old secret is refused")
    place.write(place.app, "second-to-us")
    place.write(place.push, "second-by-us")

    until(lambda: place.hotline.push(said("GD4", "push")) == 200, "the door knows the new secret")
    until(lambda: place.records() >= 4, "what is shown is read with the new secret")
    until(lambda: place.state() == ("running", ""), "the source runs again")
    answer = Answer(
        source_ref="GD1",
        part="",
        stage=Stage.ACCEPTED,
        at=SystemClock().now(),
        text="已受理",
        department="自来水公司",
        nonce="n1",
    )
    new = answers.NewAnswer(
        id=answer.nonce, source=SOURCE, event_key=EventKey("ek_1"), body=dumps(answer), state="waiting"
    )
    with place.crew.hub.store.write() as conn:
        answers.add(conn, [new], answer.at)
    until(lambda: [one["ref"] for one in place.hotline.heard()] == ["GD1"], "it is told with the new secret")
    until(place.is_settled, "every record has its fate")
    assert 4 == place.records()
    assert 4 == place.crew.hub.account()["events"]


def test_a_file_that_is_empty_for_a_moment_ends_nothing(place: LiveHub) -> None:
    place.write(place.app, "")
    until(lambda: place.crew.hub.adapters.trouble(SOURCE) is not None, "the file is empty")
    place.hotline.speak(said("GD1", "pull"))
    until(lambda: place.hotline.push(said("GD2", "push")) == 200, "the web worker listens")
    until(lambda: place.records() == 2, "the old secret goes on")
    trouble = place.crew.hub.adapters.trouble(SOURCE)
    assert ("C119", str(place.app)) == (trouble.code, trouble.facts["name"]) if trouble else False
