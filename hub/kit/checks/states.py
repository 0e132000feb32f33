"""Where a matter stands, how urgent it is, and codes and words that nobody listed. Rules: domain.md N10, N11, N25, N28, N58."""

from typing import Final

from hub.kit.bodies import replaced
from hub.kit.outcome import Level, NotApplicable, check
from hub.kit.subject import NOON, Subject, demand, ids_of
from hub.model import UNMAPPED, Draft, Stage, Urgency
from hub.pipeline import Parked

_CODE: Final = "9Z73"
_WORD: Final = "另行商议"
"""How no system calls a stage."""
_OVER: Final = frozenset({Stage.CANCELLED, Stage.REJECTED})


@check(
    "unknown-code", Level.SILVER, "a code that no table knows stays what it is: unmapped, and no other one's"
)
def unknown_code(subject: Subject) -> None:
    story = subject.said_otherwise("its system says no codes", code=_CODE)
    demand(bool(story.told), "lost", "a report with an unknown code is thrown away")
    for draft in story.drafts:
        made = subject.understood(draft)
        category = UNMAPPED if isinstance(made, Parked) else made.event.category
        demand(category == UNMAPPED, "mapped", "an unknown code becomes a category of another one")
        demand(draft.category.value != subject.manner.code, "other", "an unknown code becomes a known one")


@check(
    "unknown-status",
    Level.SILVER,
    "a word for a state that nobody listed is kept, and taken for none that is known",
)
def unknown_status(subject: Subject) -> None:
    with subject.at_desk(subject.says()) as desk:
        plain = [one for one in desk.run().told if _status(one.drafts)]
        if not plain:
            raise NotApplicable("its system says no states")
        changed = replaced(plain[0].sent, _status(plain[0].drafts), _WORD)
        if changed is None:
            raise NotApplicable("its words for states do not stand in its bodies")
        drafts = [draft for draft in desk.judged(changed).drafts if isinstance(draft, Draft)]
    for draft in drafts:
        demand(
            draft.stage in (Stage.UNKNOWN, Stage.RECEIVED),
            "guessed",
            "an unknown state is taken for a known one",
        )
        demand(draft.status_raw == _WORD, "dropped", "the source's own word for the state is not kept")


@check("cancelled", Level.SILVER, "a matter that its source cancels is cancelled, and the same report")
def cancelled(subject: Subject) -> None:
    story = subject.said_otherwise("its system cancels nothing", stage=Stage.CANCELLED)
    demand(bool(story.drafts), "lost", "a cancelled matter is thrown away: the hub would go on with it")
    demand(
        all(draft.stage in _OVER for draft in story.drafts),
        "goes-on",
        "a cancelled matter goes on as if nothing was",
    )
    plain = ids_of(subject.story(subject.says()).drafts)
    demand(ids_of(story.drafts) == plain, "other", "a cancelled matter has another number")


@check(
    "closed-and-reopened", Level.SILVER, "a matter that is closed, and opened again under its number, is both"
)
def closed_and_reopened(subject: Subject) -> None:
    closed = subject.said_otherwise("its system closes nothing", stage=Stage.CLOSED)
    demand(bool(closed.drafts), "lost", "a closed matter is thrown away")
    demand(all(one.stage is Stage.CLOSED for one in closed.drafts), "open", "a closed matter is not closed")
    again = subject.said_otherwise(
        "its system opens nothing again", stage=Stage.REOPENED, revision=1, at=NOON
    )
    demand(bool(again.drafts), "lost", "a matter that is opened again is thrown away")
    demand(
        all(one.stage is not Stage.CLOSED for one in again.drafts),
        "closed",
        "a matter that is opened again stays closed",
    )
    demand(
        ids_of(again.drafts) == ids_of(closed.drafts),
        "other",
        "a matter that is opened again has another number",
    )


@check("urgency", Level.SILVER, "what its people call urgent is urgent, and nothing else")
def urgency(subject: Subject) -> None:
    story = subject.said_otherwise("its system says nothing of urgency", urgency=Urgency.URGENT)
    demand(
        all(one.urgency is not Urgency.ROUTINE for one in story.drafts),
        "routine",
        "an urgent matter becomes a routine one",
    )
    plain = subject.story(subject.says())
    demand(
        all(one.urgency is Urgency.ROUTINE for one in plain.drafts),
        "alarm",
        "a routine matter becomes an urgent one",
    )


@check("secret", Level.SILVER, "who asks for secrecy gets it")
def secret(subject: Subject) -> None:
    story = subject.said_otherwise("its system knows no secrecy", secret=True)
    demand(
        all(one.secret for one in story.drafts), "open", "a report that is to be kept secret is not marked so"
    )


@check(
    "requester", Level.SILVER, "who reported stands where it is sealed, and wants to be called back or not"
)
def requester(subject: Subject) -> None:
    said = subject.says()
    drafts = subject.story(said).drafts
    known = [one.requester for one in drafts if one.requester is not None]
    if not known or said.requester is None:
        raise NotApplicable("its system names nobody")
    demand(
        all(one.phone in ("", said.requester.phone) for one in known),
        "phone",
        "the phone is not the one that was said",
    )
    demand(
        all(one.name in ("", said.requester.name) for one in known),
        "name",
        "the name is not the one that was said",
    )
    told = "\n".join(f"{one.title}\n{one.content}\n{one.address}\n{one.device_ref}" for one in drafts)
    demand(
        said.requester.phone not in told,
        "spread",
        "the phone of who reported stands among the words of the matter",
    )


def _status(drafts: object) -> str:
    """The source's own word for the state of the first of these."""
    found = [one.status_raw for one in drafts if isinstance(one, Draft)] if isinstance(drafts, tuple) else []
    return found[0] if found else ""
