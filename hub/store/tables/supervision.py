"""Cards, what departments have to answer for, and matters that are agreed to wait; with every turn of them."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
)

from hub.store.tables.base import metadata

card_due = Table(
    "card_due",
    metadata,
    Column("whistle_id", String(40), primary_key=True),
    Column(
        "at_us", BigInteger, nullable=False
    ),  # no card of it falls due before this; no row: none ever does
    Index("card_due_at", "at_us"),
)

card = Table(
    "card",
    metadata,
    Column(
        "id", String(40), primary_key=True
    ),  # of whistle, round, step and rule: the same card is never twice
    Column("whistle_id", String(40), nullable=False),
    Column("department", String(64), nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("step", String(16), nullable=False),
    Column("rule", String(32), nullable=False),
    Column("card", String(8), nullable=False),  # blue, yellow, red
    Column("due_us", BigInteger, nullable=False),  # when it fell due
    Column("issued_us", BigInteger, nullable=False),
    Column("calculation", Text, nullable=False),  # hub.whistle.calculation in JSON
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column(
        "sealed", LargeBinary, nullable=False
    ),  # words of the appeal under the card's own key; b"" without
    Column("filed", SmallInteger, nullable=False, server_default="0"),  # 1: it stands in its dossier
    Index("card_whistle", "whistle_id"),
    Index("card_department", "department", "due_us"),
    Index("card_state", "state", "id"),
)

measure = Table(
    "measure",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(10), nullable=False),  # order, letter, interview
    Column("department", String(64), nullable=False),
    Column("whistle_id", String(40), nullable=False),  # of several the last one
    Column("why", String(10), nullable=False),  # refused, overdue, unsolved, poor, cards
    Column("cards", Text, nullable=False),  # ids of the cards that it rests on, JSON
    Column("opened_us", BigInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),  # of the answer
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the answer under the measure's own key; b"" without
    Column("filed", SmallInteger, nullable=False, server_default="0"),  # 1: it stands in its dossier
    Index("measure_department", "department", "opened_us"),
    Index("measure_state", "state", "due_us"),
)

deferral = Table(
    "deferral",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("incident_id", String(40), nullable=False),
    Column("reason_code", String(32), nullable=False),
    Column("proposed_by", String(64), nullable=False),  # an account
    Column("proposed_us", BigInteger, nullable=False),
    Column("review_us", BigInteger, nullable=False),  # the end of the day on which it is looked at again
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Index("deferral_incident", "incident_id"),
    Index("deferral_state", "state", "review_us"),
)

turn = Table(
    "turn",
    metadata,
    Column("subject_id", String(40), nullable=False),  # card, measure or deferral
    Column("version", Integer, nullable=False),
    Column("turn", String(10), nullable=False),
    Column("actor", String(10), nullable=False),
    Column("by", String(64), nullable=False),  # department or account; "" where the hub did it
    Column("before", String(10), nullable=False),
    Column("after", String(10), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("reason_code", String(64), nullable=False),
    Column("until_us", BigInteger),  # of a deferral, until when it waits from then on
    Column("nonce", String(32), nullable=False),  # digest of the department's own number; "" without
    Column("filed", SmallInteger, nullable=False, server_default="0"),  # 1: it stands in its dossier
    PrimaryKeyConstraint("subject_id", "version"),
)
