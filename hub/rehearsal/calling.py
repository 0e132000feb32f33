"""Whistles of a contract's examples, as casework would leave them in the store: a matter, one report, one whistle.

They are written there and not routed anew: what is rehearsed is the department, not the hub.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from hub import ids
from hub.jsonform import dumps
from hub.model import (
    Actor,
    Area,
    AreaLevel,
    Call,
    Ending,
    Event,
    EventText,
    Example,
    Incident,
    IncidentState,
    Link,
    Mode,
    Move,
    Place,
    Reason,
    Stage,
    Verdict,
    Whistle,
    WhistleState,
)
from hub.rehearsal.script import NEW_CLAUSE, Script
from hub.run.assembly import Assembly
from hub.run.ground.sealing import EVENT_SEALED_AT
from hub.store import deliveries, events, incidents, keys, steps, whistles
from hub.store.incidents import CurrentLink
from hub.store.steps import Made
from hub.whistle.lifecycle import Step

_SOURCE: Final = "hotline_12345"
_WORDS: Final = "演练：请按合同办理。"
_VERSION: Final = "1"


class Calling:
    """Calls the department; messages wait for it then under the ids that are given back."""

    def __init__(self, hub: Assembly, script: Script) -> None:
        self._hub, self._script = hub, script
        self._blown = 0

    def blow(self, example: Example, call: Call, *, by_next: bool = False) -> str:
        """A new whistle for the matter of `example`; `by_next`: under the version that is to come."""
        self._blown += 1
        now = self._hub.clock.now()
        if by_next:
            call = replace(call, contract_id=self._script.next_.id, clause=NEW_CLAUSE)
        event = self._event(example, now)
        incident = self._incident(example, event, now)
        whistle = Whistle(
            id=ids.whistle_id(incident.id, call.department),
            incident_id=incident.id,
            department=call.department,
            role=call.role,
            level=incident.level,
            contract_id=call.contract_id,
            clause=call.clause,
            state=WhistleState.BLOWN,
            blown_at=now,
            deadlines=call.deadlines,
            reasons=call.reasons,
            returns=0,
            version=1,
        )
        self._store(event, incident, whistle, now)
        return whistle.id

    def call_off(self, whistle_id: str) -> str:
        """The whistle ends, however far its department is with it; the id of the message that says so."""
        return self._change(whistle_id, WhistleState.CANCELLED, Move.CANCEL, Actor.HUB, Ending.REROUTED.value)

    def call_again(self, whistle_id: str) -> str:
        """The whistle is blown once more, as when a return is dismissed; the id of that message."""
        return self._change(whistle_id, WhistleState.BLOWN, Move.DISMISS, Actor.CENTRE, "")

    def _change(self, whistle_id: str, state: WhistleState, move: Move, actor: Actor, why: str) -> str:
        now = self._hub.clock.now()
        with self._hub.store.write() as conn:
            before = whistles.held(conn, [whistle_id])[whistle_id]
            reasons = (*before.reasons, Reason(why)) if why else before.reasons
            after = replace(before, state=state, version=before.version + 1, reasons=reasons)
            whistles.change(conn, [(after, before.version)], now)
            step = Step(
                whistle_id=after.id,
                move=move,
                actor=actor,
                at=now,
                before=before.state,
                after=state,
                version=after.version,
            )
            steps.add(conn, [Made(step, "", why)])
            message_id = f"{after.id}:{after.version}"
            deliveries.queue(conn, [self._delivery(after, message_id)], now)
        return message_id

    def _store(self, event: Event, incident: Incident, whistle: Whistle, now: datetime) -> None:
        vault = self._hub.vault
        key = vault.new_key(event.record_id)
        sealed = vault.seal(
            key, EVENT_SEALED_AT, dumps(EventText(title=_WORDS, content=_WORDS, masked=_WORDS)).encode()
        )
        link = Link(
            event_id=event.id,
            incident_id=incident.id,
            verdict=Verdict.SAME,
            reasons=(),
            linked_at=now,
            linked_by="rule",
        )
        with self._hub.store.write() as conn:
            keys.add(conn, [key])
            events.add(conn, [events.NewEvent(event=event, body=dumps(event), why=(), sealed=sealed)])
            incidents.add(conn, [incident], now)
            incidents.add_links(conn, [CurrentLink(event_key=event.key, seq=0, link=link)])
            whistles.add(conn, [whistle], now)
            deliveries.queue(conn, [self._delivery(whistle, whistle.id)], now)

    @staticmethod
    def _delivery(whistle: Whistle, message_id: str) -> deliveries.NewDelivery:
        return deliveries.NewDelivery(
            message_id=message_id, whistle_id=whistle.id, department=whistle.department, channel="pull"
        )

    def _event(self, example: Example, now: datetime) -> Event:
        source = example.source or _SOURCE
        ref = f"YL{self._blown:06d}"
        key = ids.event_key(source, ref, "")
        return Event(
            id=ids.event_id(key, _VERSION),
            key=key,
            record_id=ids.record_id(source, ref, 0),
            source=source,
            source_ref=ref,
            part="",
            aliases=(),
            same_as=(),
            version=_VERSION,
            category=example.category,
            code_table="",
            code_raw="",
            request_type=example.request_type,
            urgency=example.urgency,
            urgency_raw="",
            channel="phone",
            stage=Stage.RECEIVED,
            status_raw="",
            occurred_at=now,
            reported_at=now,
            received_at=now,
            title=_ref_to(key, "title"),
            content=_ref_to(key, "content"),
            address="",
            requester=None,
            secret=example.secret,
            accused=None,
            place=self._place(example),
            device_ref="",
            clocks=(),
            condition="",
            attachments=0,
            confidence=None,
            mode=Mode.LIVE,
            flags=(),
        )

    def _incident(self, example: Example, event: Event, now: datetime) -> Incident:
        return Incident(
            id=ids.incident_id(event.key),
            category=example.category,
            urgency=example.urgency,
            level=example.level,
            state=IncidentState.OPEN,
            secret=example.secret,
            place=event.place,
            opened_at=now,
            last_reported_at=now,
            closed_at=None,
            event_count=1,
            sources=(event.source,),
            recurrence_of=None,
            merged_into=None,
            version=1,
        )

    def _place(self, example: Example) -> Place:
        """At the first address of the example's area; without one, in the area and no more exactly."""
        pack = self._script.pack
        area: Area = pack.areas[example.area]
        here = next(
            (one for one in pack.geography.addresses if area.id in (one.community_id, one.subdistrict_id)),
            None,
        )
        is_community = area.level is AreaLevel.COMMUNITY
        return Place(
            lon=here.lon if here else None,
            lat=here.lat if here else None,
            error_m=10.0 if here else None,
            method="address" if here else "area_code",
            map_version="",
            community_id=area.id if is_community else (here.community_id if here else None),
            subdistrict_id=area.parent if is_community else area.id,
        )


def _ref_to(key: str, field: str) -> str:
    return f"vault:{key}/{field}"
