"""A good plugin that is pushed to, for what the scaffold's cannot show: XML or archives, signed, behind an ingress filter."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from pydantic import BaseModel, ConfigDict, SecretStr

from hub.errors import BadRecord, PeerRefused
from hub.model import Arrival, Code, Crs, Draft
from hub.plugin import (
    AdapterEntry,
    Admitted,
    Body,
    PeerReply,
    PeerRequest,
    Received,
    SimulatorSetup,
    Tools,
    Utterance,
)
from hub.plugin.fields import Fields
from hub.plugin.points import point_of
from hub.plugin.simulator_http import HttpSimulator
from hub.plugin.transport.signing import Gate, Signer
from hub.plugin.transport.unpack import Limits, Unpacked, unpack
from hub.plugin.transport.xml import local_name, parse_xml, text_in

DOOR: Final = "/alarms"
FIELDS: Final = ("no", "code", "time", "words", "x", "y")
_LIMIT_BYTES: Final = 1 << 20
_LIMITS: Final = Limits(unpacked_bytes=8 << 20)


class PushedConfig(BaseModel):
    """What an administrator would set."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    push_secret: SecretStr
    form: Literal["xml", "zip"] = "xml"


class PushedSystem(HttpSimulator):
    """Pushes one alarm a request."""

    form: Literal["xml", "zip"] = "xml"

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        nonces = iter(range(1, 1 << 30))
        self._signer: Final = Signer(
            "alarms", SecretStr("push-secret"), clock=setup.clock, nonce=lambda: f"{next(nonces):032x}"
        )

    def config(self) -> Mapping[str, object]:
        return {"push_secret": "push-secret", "form": self.form}

    def answer(self, request: PeerRequest) -> PeerReply:  # noqa: ARG002  nothing is asked of it
        return PeerReply(404)

    def speak(self, utterance: Utterance) -> None:
        body = xml_of(utterance)
        if self.form == "zip":
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w") as archive:
                archive.writestr("alarm.xml", body)
            body = made.getvalue()
        self.deliver("POST", DOOR, headers=lambda: self._signer.sign("POST", DOOR, body=body), body=body)


class ArchivingSystem(PushedSystem):
    """Pushes archives."""

    form = "zip"


class Pushed:
    """One alarm a request (`alarm`)."""

    def __init__(self, config: PushedConfig, tools: Tools) -> None:
        self.config: Final = config
        self.gate: Final = Gate({"alarms": config.push_secret}, clock=tools.clock)

    def check(self) -> None:
        """Nobody is asked."""

    def receive(self, request: PeerRequest) -> Received:
        if (request.method, request.path) != ("POST", DOOR):
            raise PeerRefused("P107", status=404)
        if len(request.body) > _LIMIT_BYTES:
            raise PeerRefused("P108", status=413)
        admitted = self.gate.admit_request(request)
        return Received(
            (Body(request.body, "alarm"),), PeerReply(), stored=partial(self.gate.remember, admitted)
        )

    def admit(self, body: Body) -> Admitted:
        try:
            root = parse_xml(self.opened(body.content))
        except BadRecord:
            return Admitted(None, ("unreadable",))
        kept = Element("alarm")
        for one in root:
            if local_name(one) in FIELDS:
                SubElement(kept, local_name(one)).text = one.text
        return Admitted(tostring(kept, encoding="utf-8"))

    def opened(self, content: bytes) -> bytes:
        if self.config.form == "xml":
            return content
        found = unpack(content, _LIMITS)
        if not isinstance(found, Unpacked) or not found.members:
            raise BadRecord("R102")
        return found.members[0]

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  the time is the system's own
        row = Fields({local_name(one): text_in(one) for one in parse_xml(body.content)})
        return [
            Draft(
                source_ref=row.needed_ref("no"),
                category=Code("alarms", row.ref("code")),
                occurred_at=row.moment("time"),
                content=row.text("words"),
                position=point_of(row.text("x"), row.text("y"), Crs.CGCS2000),
            )
        ]

    def close(self) -> None:
        """Nothing is open."""


def xml_of(said: Utterance) -> bytes:
    """The alarm as the system writes it."""
    values: dict[str, Any] = {
        "no": said.ref,
        "code": said.code,
        "time": said.occurred_at.astimezone(_local(said)).strftime("%Y-%m-%d %H:%M:%S"),
        "words": said.content,
        "x": "" if said.lon is None else f"{said.lon:.6f}",
        "y": "" if said.lat is None else f"{said.lat:.6f}",
    }
    root = Element("alarm")
    for name, value in values.items():
        SubElement(root, name).text = str(value)
    return b'<?xml version="1.0" encoding="UTF-8"?>' + tostring(root, encoding="unicode").encode()


def _local(said: Utterance) -> Any:
    from hub.clock import SHANGHAI

    return SHANGHAI if isinstance(said.occurred_at, datetime) else None


PUSHED: Final = AdapterEntry(
    name="pushed",
    title="推送告警",
    config=PushedConfig,
    make=Pushed,
    simulator=PushedSystem,
    samples=Path(__file__).parent / "none",
    declares=dict.fromkeys(FIELDS, "personal"),
    cannot_tell=True,
    owner="测试组",
)
ARCHIVED: Final = replace(PUSHED, simulator=ArchivingSystem)


def pushed(make: type, **changes: Any) -> AdapterEntry:
    """The good plugin with another adapter."""
    return replace(PUSHED, make=make, **changes)
