"""Systems to play with that send by themselves: what each of their failure modes looks like at the door."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from pydantic import SecretStr

from hub.clock import FixedClock
from hub.model import Arrival, Draft
from hub.plugin import Body, SimulatorSetup, Tools, Utterance
from hub.plugin.door import Door
from hub.plugin.systems.rest_push import HUB_KEY, RestPushSystem
from hub.plugin.transport.entrances import Entrance, KnownToTheHub, Lock, Signed
from hub.plugin.transport.rest_push import RestPush, RestPushConfig
from hub.plugin.transport.signing import Gate, Signer

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
EVENTS = Entrance(path="/events", kind="event", rows=("list",))
SECRET = SecretStr("push_secret-0")


class Phones(RestPushSystem):
    def entrance(self) -> Entrance:
        return EVENTS

    def shown(self, body: bytes) -> Mapping[str, str]:
        signed = Signer("phones", SECRET, clock=self.clock, nonce=self.nonce).sign(
            "POST", "/events", body=body
        )
        return {**signed, **self.by_the_hubs_key()}

    def settings(self) -> Mapping[str, object]:
        return {}

    def row(self, utterance: Utterance) -> Mapping[str, object]:
        return {"no": utterance.ref}


class Signing(RestPush[RestPushConfig]):
    def entrances(self) -> Sequence[Entrance]:
        return (EVENTS,)

    def lock(self) -> Lock:
        return Signed(Gate({"phones": SECRET}, clock=self.tools.clock))

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the interface says
        return []


class Known(Signing):
    def lock(self) -> Lock:
        return KnownToTheHub()


def pushed(
    place: Path, *failures: str, adapter: type[Signing] = Signing, key: str = "", failing: int = 0
) -> tuple[list[str], list[str], int]:
    """The numbers that came, the codes of what was refused, and how many bodies the system counts."""
    clock = FixedClock(NOON)
    told = {"at": NOON, "code": "1", "code_table": "t", "occurred_at": NOON, "reported_at": NOON}
    said = [Utterance(ref=ref, **told) for ref in ("1", "2", "3")]  # type: ignore[arg-type]  # as named
    system = Phones(
        SimulatorSetup(
            clock=clock, utterances=said, place=place, failures=failures, secrets={HUB_KEY: "given"}
        )
    )
    tools = Tools(source="phones", clock=clock, http=lambda **_: None, nonce=lambda: "")  # type: ignore[arg-type]  # asks nobody
    door = Door(adapter(RestPushConfig(), tools), failing=failing, key=key)
    try:
        system.start()
        system.push_to(door.url)
        assert system.wait_for(system.done)
    finally:
        system.stop()
        door.close()
    return [orjson.loads(one.content)["no"] for one in door.bodies], door.refused, system.said()


@pytest.mark.parametrize(
    ("failure", "came", "refused", "said"),
    [
        ("", ["1", "2", "3"], [], 3),
        ("unsigned_push", ["1", "2", "3"], ["P101"] * 3, 3),
        ("wrong_clock", ["1", "2", "3"], ["P102"] * 3, 3),
        ("replayed_push", ["1", "2", "3"], ["P103"] * 3, 3),
        ("ack_lost", ["1", "1", "2", "2", "3", "3"], [], 6),
        ("offline", ["3", "2", "1"], [], 3),
    ],
)
def test_a_system_that_pushes_fails_by_name(
    failure: str, came: list[str], refused: list[str], said: int, tmp_path: Path
) -> None:
    assert (came, refused, said) == pushed(tmp_path, failure)


def test_what_was_not_stored_is_sent_again_with_a_nonce_of_its_own(tmp_path: Path) -> None:
    assert (["1", "2", "3"], [], 3) == pushed(tmp_path, failing=2)


@pytest.mark.parametrize(("key", "came"), [("given", ["1", "2", "3"]), ("another", [])])
def test_a_sender_without_a_signature_shows_the_key_that_the_hub_gave_it(
    key: str, came: list[str], tmp_path: Path
) -> None:
    found, refused, _ = pushed(tmp_path, adapter=Known, key=key)
    assert (came, ["P109"] * (3 - len(came))) == (found, refused)
