"""A department's database with a view on it, to play with: the other side of `hub.plugin.transport.view_pull`.

A subclass says the columns, and how one utterance looks as a row. Failure modes: `FAILURES`.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from hub.ids import digest_of
from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_talking import Talker
from hub.plugin.systems.tables import OpenTable
from hub.plugin.transport.view_sweep import Rows

FAILURES: Final[Mapping[str, str]] = {
    "column_added": "说到最后一条时，视图悄悄多出一列",
    "column_renamed": "说到最后一条时，视图的最后一列悄悄改了名",
    "column_retyped": "说到最后一条时，视图的最后一列悄悄改了类型",
    "row_vanishes": "说到最后一条时，第一条从视图中消失",
    "view_empties": "说到最后一条时，视图里的行全部消失，最后一条也不例外",
}
"""Failure modes by name."""


class ViewSystem(Talker):
    """Rows stand in the view as they are at the moment; what stood there before is gone."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES
    together = 500

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._url: Final = setup.store_url or f"sqlite:///{setup.place / 'system.sqlite'}"
        read = self.rows()
        self._key: Final = read.key
        self._table: Final = OpenTable(
            self._url,
            f"t_{digest_of(str(setup.place))[:12]}",
            columns=tuple(dict.fromkeys((read.key, *read.columns))),
            key=read.key,
            widths=self.widths(),
        )

    @abstractmethod
    def rows(self) -> Rows:
        """What its adapter reads. Asked once."""

    @abstractmethod
    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """The utterance as a row, by column name."""

    def rows_of(self, utterance: Utterance) -> Sequence[Mapping[str, str]]:
        """The utterance as the view shows it: one row, where the subclass does not say."""
        return (self.row(utterance),)

    def widths(self) -> Mapping[str, int]:
        """Which columns are CHAR columns, and how wide; none where the subclass does not say."""
        return {}

    def settings(self) -> Mapping[str, object]:
        """The adapter's configuration beside where the view is; nothing where the subclass does not say."""
        return {}

    def start(self) -> Mapping[str, object]:
        """Opens the view, then talks."""
        self._table.open()
        return super().start()

    def stop(self) -> None:
        """Stops, and takes the view away where it stands in a database of others."""
        super().stop()
        if self.setup.store_url:
            self._table.drop()
        self._table.close()

    def config(self) -> Mapping[str, object]:
        """What the adapter needs to reach it."""
        return {"url": self._url, "view": self._table.view, "sweep_pause_s": 0.0, **self.settings()}

    def speak_together(self, due: Sequence[Utterance]) -> None:
        """From now on the view has them, in place of what it had under the same number."""
        for_each = {one.ref or f"#{at}": self.rows_of(one) for at, one in enumerate(due)}
        self._table.put(*(row for rows in for_each.values() for row in rows))
        self.count(len(due))
        if due[-1] is self.setup.utterances[-1]:
            self._end()

    def _end(self) -> None:
        """What happens beside the last thing that is said."""
        if self.fails("column_added"):
            self._table.add_column()
        if self.fails("column_renamed"):
            self._table.rename_column()
        if self.fails("column_retyped"):
            self._table.retype_column()
        if self.fails("row_vanishes"):
            self._table.remove(self.row(self.setup.utterances[0])[self._key])
        if self.fails("view_empties"):
            self._table.clear()
