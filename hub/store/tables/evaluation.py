"""Marks for what departments did, and the evidence that they handed in."""

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
    text,
)

from hub.store.tables.base import metadata

evaluation = Table(
    "evaluation",
    metadata,
    Column("whistle_id", String(40), nullable=False),
    Column("version", Integer, nullable=False),  # the whistle's after it
    Column("round", SmallInteger, nullable=False),
    Column("actor", String(10), nullable=False),
    Column("account", String(64), nullable=False),  # a person's account, or the key of a requester's report
    Column("response", SmallInteger),
    Column("resolve", SmallInteger),
    Column("satisfy", SmallInteger),
    Column("made_us", BigInteger, nullable=False),
    Column("filed", SmallInteger, nullable=False, server_default="0"),  # 1: it stands in its dossier
    PrimaryKeyConstraint("whistle_id", "version"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("whistle_id", String(40), nullable=False),  # whose key seals it
    Column("department", String(64), nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("kind", String(8), nullable=False),  # by content
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # keyed
    Column("likeness", String(16), nullable=False),  # 64 bits of a picture (hub.whistle.likeness); else ""
    Column("taken_us", BigInteger),  # when the picture says that it was taken
    Column("made_us", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the bytes as handed in; b"" past retention
    Column("filed", SmallInteger, nullable=False, server_default="0"),  # 1: it stands in its dossier
    Index("evidence_whistle", "whistle_id"),
    Index("evidence_digest", "digest"),
    Index(
        "evidence_kept",
        "made_us",
        sqlite_where=text("length(sealed) > 0"),
        postgresql_where=text("length(sealed) > 0"),
    ),
)

evidence_band = Table(  # where pictures that look alike are found
    "evidence_band",
    metadata,
    Column("code", Integer, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    PrimaryKeyConstraint("code", "evidence_id"),
)

evidence_flag = Table(
    "evidence_flag",
    metadata,
    Column("whistle_id", String(40), nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("kind", String(16), nullable=False),  # no_evidence, old_photo
    Column("evidence_id", String(40), nullable=False),  # "" where there is none
    Column(
        "other_whistle_id", String(40), nullable=False
    ),  # for which it was handed in before; "" where for none
    Column("made_us", BigInteger, nullable=False),
    Column("withdrawn_us", BigInteger),  # NULL: it stands
    Column("withdrawn_by", String(64), nullable=False, server_default=""),  # an account
    Column("reason_code", String(32), nullable=False, server_default=""),
    Column(
        "filed", SmallInteger, nullable=False, server_default="0"
    ),  # in its dossier: 1 that it is, 2 that it was
    PrimaryKeyConstraint("whistle_id", "round", "kind", "evidence_id"),
    Index("evidence_flag_made", "made_us"),
)
