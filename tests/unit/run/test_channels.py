"""Gateways of a process: made once, anew where a secret changed; a department's own webhook is one of them."""

from dataclasses import replace
from pathlib import Path

import httpx
import orjson
import pytest
from gridplus_sms_gateway.plugin import ENTRY as SMS

from hub.errors import FixSettings
from hub.plugin import ChannelEntry, Tools
from hub.plugin.registry import Offer, Origin, Registry
from hub.run.ringing.channels import Channels
from tests.instruments import HubInHand
from tests.unit.run.duty import burst, calls

SAID = {"base_url": "https://sms.example", "app_key": "grid"}


class Line:
    """Remembers with which secret it was made, and whether it was closed."""

    def __init__(self, secret: str) -> None:
        self.secret, self.closed = secret, False

    def close(self) -> None:
        """Given back; whoever is closed badly does no harm."""
        self.closed = True
        raise ZeroDivisionError


def channels_of(hub: HubInHand, entry: ChannelEntry, **said: str) -> Channels:
    hub.hub.settings.channels = {"sms": {**SAID, **said}}
    registry = Registry([Offer(Origin("test"), (), (entry,))], [])
    return Channels(hub.hub.settings, lambda: hub.hub.pack, lambda: registry, hub.clock)


def line(config: object, _tools: Tools) -> Line:
    return Line(config.app_secret.get_secret_value())  # type: ignore[attr-defined]


ENTRY = replace(SMS, make=line)  # type: ignore[arg-type]


def test_a_new_secret_serves_without_a_restart_and_a_file_that_is_half_written_changes_nothing(
    hub: HubInHand, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("old")
    channels = channels_of(hub, ENTRY, app_secret_file=str(file))
    first = channels.now("sms")
    assert isinstance(first, Line)
    assert ("old", True) == (first.secret, channels.now("sms") is first)
    file.write_text("")
    hub.clock.pause(2)
    assert channels.now("sms") is first
    file.write_text("newer")
    hub.clock.pause(2)
    second = channels.now("sms")
    assert isinstance(second, Line)
    assert ("newer", True, False) == (second.secret, first.closed, second.closed)
    channels.close()
    channels.close()
    assert second.closed


def test_what_is_not_whole_is_named_by_its_setting(hub: HubInHand) -> None:
    with pytest.raises(FixSettings, match=r"channels\.sms\.app_secret"):
        channels_of(hub, ENTRY).now("sms")
    with pytest.raises(FixSettings, match=r"channels\.sms\.app_secret_file"):
        channels_of(hub, ENTRY, app_secret="a", app_secret_file="b").now("sms")


@pytest.mark.nasty("N90")
@pytest.mark.parametrize(
    ("status", "state", "code"), [(202, "delivered", ""), (500, "queued", "S118"), (404, "failed", "S119")]
)
def test_a_departments_webhook_is_told_the_same_message_under_the_same_id(
    hub: HubInHand, status: int, state: str, code: str
) -> None:
    heard: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(status)

    contracts = tuple(
        replace(one, on_call=replace(one.on_call, channels=("webhook", "sms")))
        for one in hub.hub.pack.contracts
    )
    hub.hub._pack = replace(hub.hub.pack, contracts=contracts)
    del hub.hub.__dict__["pack"]
    hub.hub.settings.webhooks = {"zilai": {"url": "https://zilai.example/hook", "secret": "k"}}
    hub.hub.http = httpx.Client(transport=httpx.MockTransport(answer))
    whistle = burst(hub)
    planner, caller = hub.hub.plain_summoning(), hub.hub.plain_calling("webhook")
    planner.step()
    while caller.step():
        pass
    assert [("webhook", "", state, code)] == calls(hub, whistle)[:1]
    assert {whistle} == {orjson.loads(one.content)["id"] for one in heard}
    audited = [orjson.loads(x) for (b,) in hub.rows("SELECT rows FROM audit") for x in b.splitlines()]
    told = [one for one in audited if one["matter"] == whistle and one["exit"] in ("webhook", "summons")]
    assert ["webhook"] == [one["exit"] for one in told]
