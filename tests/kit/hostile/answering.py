"""Adapters that tell their source wrongly, or list and fetch what is not so."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Final

from hub.errors import HubError, Refused
from hub.model import Stage
from hub.plugin import Answer, Body, Listed, Receipt
from tests.kit.hostile.plain import LISTED, PLAIN, Listing, Row, SampleSource, with_adapter

_SERIAL: Final = count(1)
_WORDS: Final = {Stage.DONE_BY_DEPT: "已办结"}


class _Silent(SampleSource):
    def tell(self, answer: Answer) -> Receipt:  # noqa: ARG002  that is what is wrong with it
        return Receipt()


class _EachTimeAnew(SampleSource):
    def tell(self, answer: Answer) -> Receipt:
        return super().tell(replace(answer, nonce=f"{next(_SERIAL):032x}"))


class _FirstAlone(SampleSource):
    _told = ""

    def tell(self, answer: Answer) -> Receipt:
        self._told = self._told or answer.source_ref
        return super().tell(replace(answer, source_ref=self._told))


class _FewWords(SampleSource):
    def tell(self, answer: Answer) -> Receipt:
        assert _WORDS[answer.stage]
        return super().tell(answer)


class _GivingUp(SampleSource):
    def tell(self, answer: Answer) -> Receipt:
        try:
            return super().tell(answer)
        except HubError:
            raise Refused("S113") from None


class _Believing(SampleSource):
    def tell(self, answer: Answer) -> Receipt:
        try:
            return super().tell(answer)
        except HubError:
            return Receipt()


class _OffendedOnce(SampleSource):
    _offended = False

    def tell(self, answer: Answer) -> Receipt:
        self._offended = self._offended or "NO-SUCH" in answer.source_ref
        return Receipt() if self._offended else super().tell(answer)


class _Short(Listing):
    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        yield from list(super().inventory(since, until))[1:]


class _OtherVersions(Listing):
    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        yield from (
            replace(one, version=one.version.replace("+00:00", "Z"))
            for one in super().inventory(since, until)
        )


class _AnotherOne(Listing):
    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        for body in super().fetch(refs):
            yield replace(body, content=body.content.replace("井盖".encode(), "路灯".encode()))


ROWS: Final = (
    Row("tells-as-offered", replace(PLAIN, cannot_tell=True), "can"),
    Row("told", with_adapter(_Silent), "lost"),
    Row("told-twice", with_adapter(_EachTimeAnew), "twice"),
    Row("told-each", with_adapter(_FirstAlone), "one"),
    Row("told-every-stage", with_adapter(_FewWords), "crashed"),
    Row("told-busy", with_adapter(_GivingUp), "given-up"),
    Row("told-refused", with_adapter(_Believing), "believed"),
    Row("told-nobody", with_adapter(_OffendedOnce), "stopped"),
    Row("inventory-whole", replace(LISTED, make=_Short), "missing", LISTED),
    Row("inventory-versions", replace(LISTED, make=_OtherVersions), "other", LISTED),
    Row("fetched", replace(LISTED, make=_AnotherOne), "differs", LISTED),
)
