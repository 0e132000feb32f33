"""Figures by day: what a board shows of months is added up here, and never counted while somebody waits."""

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String, Table

from hub.store.tables.base import metadata

figure_day = Table(
    "figure_day",
    metadata,
    Column("day", String(10), primary_key=True),  # in Asia/Shanghai
    Column("counted_us", BigInteger, nullable=False),
    Column("matters", Integer, nullable=False),  # that were opened on it: what counting it costs
)

figure_count = Table(
    "figure_count",
    metadata,
    Column("day", String(10), nullable=False),
    Column("scope", String(80), nullable=False),  # "" the district, area:ID, department:ID
    Column(
        "split", String(16), nullable=False
    ),  # by what: source, category, subdistrict, department; "" not at all
    Column("name", String(64), nullable=False),  # of the source, category…
    Column("measure", String(16), nullable=False),  # hub.whistle.daily
    Column("n", Integer, nullable=False),
    Column("hits", Integer, nullable=False),
    PrimaryKeyConstraint("day", "scope", "split", "name", "measure"),
)
