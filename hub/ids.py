"""Deterministic ids: the same parts always give the same id, in every process and every run.

Pure. Invariant 3: `id = hash(source, source record id, revision)`.
"""

from hashlib import blake2b

from hub.model import AttachmentId, EventId, EventKey, IncidentId, RecordId, ReportId, ResidentId, WhistleId


def digest_of(*parts: str | bytes) -> str:
    """32 hex digits over `parts`; length-prefixed, so ("ab", "c") and ("a", "bc") differ."""
    sized = [len(raw := part.encode() if isinstance(part, str) else part).to_bytes(8) + raw for part in parts]
    return blake2b(b"".join(sized), digest_size=16).hexdigest()


def answer_id(seed: str, report: str, link: int) -> str:
    """Of what the source of `report` (its key) is told by a word's `seed` while its `link`-th link holds."""
    return digest_of("answer", seed, report, str(link))


def record_id(source: str, arrival: str, index: int) -> RecordId:
    """`arrival` names the page or the request (cursor before it, or when and by which worker it came)."""
    return RecordId("rc_" + digest_of("record", source, arrival, str(index)))


def event_key(source: str, source_ref: str, part: str) -> EventKey:
    """What all revisions of one report share."""
    return EventKey("ek_" + digest_of("key", source, source_ref, part))


def event_id(key: EventKey, revision: str) -> EventId:
    """One revision of one report; `revision` is the digest of its content."""
    return EventId("ev_" + digest_of("event", key, revision))


def resident_id(key: EventKey) -> ResidentId:
    """The requester of one report. Two reports never share one: people are not the subject."""
    return ResidentId("rs_" + digest_of("resident", key))


def incident_id(first_key: EventKey, generation: int = 0) -> IncidentId:
    """The incident that the report `first_key` opened; `generation` counts re-openings by un-link."""
    return IncidentId("in_" + digest_of("incident", first_key, str(generation)))


def whistle_id(incident: IncidentId, department: str, round_: int = 0) -> WhistleId:
    """One incident calling one department; a repeat of the same call has the same id."""
    return WhistleId("wh_" + digest_of("whistle", incident, department, str(round_)))


def report_id(whistle: WhistleId, department: str, nonce: str) -> ReportId:
    """A department's answer; `nonce` is the department's own id for it, so a retry creates nothing."""
    return ReportId("rp_" + digest_of("report", whistle, department, nonce))


def evidence_id(whistle: WhistleId, round_: int, content: str) -> str:
    """One file that a department hands in for one round; `content` is its keyed digest: a retry creates nothing."""
    return "ed_" + digest_of("evidence", whistle, str(round_), content)


def attachment_id(key: EventKey, link: str) -> AttachmentId:
    """One file of one report; `link` is a keyed digest of where it lies, so that the id tells nothing of that."""
    return AttachmentId("at_" + digest_of("attachment", key, link))


def contact_id(whistle: str, department: str, nonce: str) -> str:
    """One contact of a resident; `nonce` is the department's own id for it: a retry contacts nobody twice."""
    return "ct_" + digest_of("contact", whistle, department, nonce)


def summons_id(whistle: str, number: int) -> str:
    """One call to a duty phone; sent again it is the same, so that a gateway rings nobody twice."""
    return "sm_" + digest_of("summons", whistle, str(number))
