"""What a source says that it holds, and single reports asked for by number. Rules: domain.md N68; decision 2."""

from datetime import timedelta
from typing import Final

from hub.kit.desk import Desk
from hub.kit.outcome import Level, check
from hub.kit.subject import NOON, Subject, demand
from hub.model import Draft
from hub.plugin import Listed
from hub.plugin.adapter import Fetches, Lists

_NO_LIST: Final = "it cannot name what its source holds"
_NO_FETCH: Final = "it cannot be asked for single reports"
_DAY: Final = timedelta(days=1)
_NOWHERE: Final = "KIT-NO-SUCH-REPORT"
_FEW: Final = (1, 2, 3, 4, 5, 6)


@check("inventory-whole", Level.GOLD, "its list names each report that was said, once")
def inventory_whole(subject: Subject) -> None:
    subject.needs(Lists, why=_NO_LIST)
    with subject.at_desk(*(subject.says(number) for number in _FEW)) as desk:
        drafts = desk.run().drafts
        refs = [one.ref for one in _listed(desk)]
        demand(
            {draft.source_ref for draft in drafts} <= set(refs),
            "missing",
            "its list lacks reports that have come",
        )
        demand(len(refs) == len(set(refs)), "twice", "its list names a report twice")


@check("inventory-versions", Level.GOLD, "the versions of its list are those of its reports")
def inventory_versions(subject: Subject) -> None:
    subject.needs(Lists, why=_NO_LIST)
    with subject.at_desk(*(subject.says(number) for number in _FEW)) as desk:
        come = {draft.source_ref: draft.version for draft in desk.run().drafts}
        for one in _listed(desk):
            demand(
                not one.version or one.version == come.get(one.ref, one.version),
                "other",
                "its list has other versions than its reports: each reconciliation would find all of them changed",
            )


@check("fetched", Level.GOLD, "a report that is asked for by number is the one that was read")
def fetched(subject: Subject) -> None:
    subject.needs(Fetches, why=_NO_FETCH)
    with subject.at_desk(*(subject.says(number) for number in _FEW)) as desk:
        read = {(one.source_ref, one.part): one for one in desk.run().drafts}
        found = _fetched(desk, [*sorted({ref for ref, _ in read}), _NOWHERE])
        demand(bool(found), "nothing", "none of the reports that have come can be asked for")
        for draft in found:
            known = read.get((draft.source_ref, draft.part))
            demand(known is not None, "other", "another report comes than was asked for")
            demand(
                known == draft,
                "differs",
                "a report that is asked for says something else than when it was read",
            )


def _listed(desk: Desk) -> list[Listed]:
    assert isinstance(desk.adapter, Lists)  # noqa: S101  asked before
    return list(desk.adapter.inventory(NOON - _DAY, NOON + _DAY))


def _fetched(desk: Desk, refs: list[str]) -> list[Draft]:
    assert isinstance(desk.adapter, Fetches)  # noqa: S101  asked before
    told = [desk.judged(body) for body in desk.adapter.fetch(refs)]
    return [draft for one in told for draft in one.drafts if isinstance(draft, Draft)]
