"""A middle table that a department fills, to play with: the other side of `hub.plugin.transport.table_pull`.

It writes batch by batch, a row for each thing that is said, and marks a batch ready when it is whole, or says in a header
of how many rows it is. Answers are read from its results. A subclass says the columns, and how one utterance looks as a row. Failure modes: `FAILURES`.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import CheckConstraint, Column, Engine, Integer, MetaData, Table, Text, create_engine, select
from sqlalchemy.event import listen

from hub.ids import digest_of
from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_talking import Talker
from hub.plugin.systems.tables import hasty
from hub.plugin.transport.view_sweep import Rows

FAILURES: Final[Mapping[str, str]] = {
    "half_batch": "第一批先写一半且未置就绪（有批次头的：行数不足），五分钟后才写完",
    "clears_taken": "凡是已置为取走的行，部门随即删除",
    "refuses_replies": "结果表一律拒绝写入",
}
"""Failure modes by name."""
OF_HEADERS: Final[Mapping[str, str]] = {
    "late_header": "第一批的行先到，批次头五分钟后才写",
    "lost_half": "第一批的批次头写全部行数，行只写了一半，要等人来要才补",
}
"""More of them, for tables whose batches have headers."""
MENDED_AFTER: Final = timedelta(minutes=5)
"""Scenario time after which a batch that was half is whole."""


class MiddleTableSystem(Talker):
    """Rows are added and never changed; a change is a row of its own."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES
    together = 500
    status: str = ""
    """The column that the hub may set, as its adapter says; "" where it may not."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._url: Final = setup.store_url or f"sqlite:///{setup.place / 'system.sqlite'}"
        self._engine: Final[Engine] = create_engine(self._url)
        if self._engine.dialect.name == "sqlite":
            listen(self._engine, "connect", hasty)
        read, name = self.rows(), f"mt_{digest_of(str(setup.place))[:12]}"
        self._ready: Final = read.ready
        self._counted: Final = read.counted
        self._key: Final = read.key
        state = [one for one in (self.status, read.ready[0] if read.ready else "") if one]
        texts = [one for one in dict.fromkeys((*read.columns, *state)) if one != read.key]
        self._known: Final = MetaData()
        self._table: Final = Table(
            name,
            self._known,
            Column(read.key, Integer, primary_key=True),
            *(Column(one, Text) for one in texts),
        )
        refusing = (CheckConstraint("1 = 0"),) if self.fails("refuses_replies") else ()
        self._results: Final = Table(
            f"{name}_results", self._known, *(Column(one, Text) for one in self.results()), *refusing
        )
        self._headers: Final = (
            None
            if read.counted is None
            else Table(
                f"{name}_headers",
                self._known,
                Column(read.counted.number, Text),
                Column(read.counted.count, Integer),
            )
        )
        self._batches = 0
        self._lost: dict[str, Sequence[Mapping[str, str]]] = {}
        """Batches that were written by half and wait to be asked for."""

    @abstractmethod
    def rows(self) -> Rows:
        """What its adapter reads. Asked once."""

    @abstractmethod
    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """The utterance as a row, by column name."""

    @abstractmethod
    def results(self) -> Sequence[str]:
        """The columns of its results; `ref`, `stage` and `nonce` among them."""

    def settings(self) -> Mapping[str, object]:
        """The adapter's configuration beside where the tables are; nothing where the subclass does not say."""
        return {}

    def start(self) -> Mapping[str, object]:
        """Makes both tables afresh, then talks."""
        self._known.drop_all(self._engine)
        self._known.create_all(self._engine)
        return super().start()

    def stop(self) -> None:
        """Stops, and takes the tables away where they stand in a database of others."""
        super().stop()
        if self.setup.store_url:
            self._known.drop_all(self._engine)
        self._engine.dispose()

    def config(self) -> Mapping[str, object]:
        """What the adapter needs to reach it."""
        return {
            "url": self._url,
            "view": self._table.name,
            "results": self._results.name,
            "sweep_pause_s": 0.0,
            **({} if self._headers is None else {"headers": self._headers.name}),
            **self.settings(),
        }

    def heard(self) -> Sequence[Mapping[str, str]]:
        """The results, oldest first."""
        with self._engine.connect() as link:
            found = link.execute(select(self._results)).mappings()
            return [{name: str(value) for name, value in row.items()} for row in found]

    def speak_together(self, due: Sequence[Utterance]) -> None:
        """One batch: its rows first, then the word that it is whole."""
        rows = [dict(self.row(one)) for one in due]
        self._batches += 1
        number = f"{due[0].at:%Y%m%d}-{self._batches:04d}"
        if self._counted is not None:
            rows = [{**row, self._counted.column: number} for row in rows]
        if self._batches == 1 and self.fails("half_batch"):
            self._write_half(number, rows, due[-1])
        elif self._batches == 1 and self.fails("late_header"):
            self._write(rows, ready=True)
            self.later(due[-1].at + MENDED_AFTER, lambda: self._head(number, len(rows)))
            self.count(len(rows))
        elif self._batches == 1 and self.fails("lost_half"):
            self._write(rows[: len(rows) // 2], ready=True)
            self._head(number, len(rows))
            self._lost[number] = rows[len(rows) // 2 :]
        else:
            self._write(rows, ready=True)
            self._head(number, len(rows))
            self.count(len(rows))

    def asked_for(self, number: str) -> None:
        """Somebody asks for a batch: what is missing of it is written."""
        rows = self._lost.pop(number, ())
        if rows:
            self._write(rows, ready=True)

    def let_out(self) -> None:
        """As `Talker`; what the hub has taken is cleared where the department does so at once."""
        super().let_out()
        if self.fails("clears_taken") and self.status:
            with self._engine.begin() as link:
                marked = self._table.c[self.status]
                link.execute(self._table.delete().where(marked != "", marked.is_not(None)))
                if self._headers is not None and self._counted is not None:
                    left = select(self._table.c[self._counted.column])
                    link.execute(
                        self._headers.delete().where(self._headers.c[self._counted.number].not_in(left))
                    )

    def _write_half(self, number: str, rows: Sequence[Mapping[str, str]], last: Utterance) -> None:
        """Half of the rows and, where no header says how many there are, the others with half of their words."""
        cut = len(rows) // 2
        halves = [{name: value[: len(value) // 2] for name, value in row.items()} for row in rows[cut:]]
        keys = self._write([*rows[:cut], *(halves if self._counted is None else ())], ready=False)
        self._head(number, len(rows))
        self.later(last.at + MENDED_AFTER, lambda: self._write_again(rows, keys))

    def _head(self, number: str, rows: int) -> None:
        """The header of a batch, where batches have any."""
        if self._headers is not None and self._counted is not None:
            with self._engine.begin() as link:
                said = {self._counted.number: number, self._counted.count: rows}
                link.execute(self._headers.insert(), [said])

    def _write_again(self, rows: Sequence[Mapping[str, str]], keys: Sequence[int]) -> None:
        """The batch that was half, from its beginning."""
        with self._engine.begin() as link:
            link.execute(self._table.delete().where(self._table.c[self._key].in_(keys)))
        self._write(rows, ready=True)
        self.count(len(rows))

    def _write(self, rows: Sequence[Mapping[str, str]], *, ready: bool) -> list[int]:
        state: dict[str, Any] = {}
        if self._ready is not None:
            name, word = self._ready
            state[name] = word if ready else ""
        asked = self._table.insert().returning(self._table.c[self._key])
        told = [{**row, **state} for row in rows]
        with self._engine.begin() as link:
            return list(link.execute(asked, told).scalars()) if told else []
