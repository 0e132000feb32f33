"""数字城管: new and changed cases from service and view; results written back through the service.

It names operations and fields. What a case says is `case`'s.
"""

from typing import Final

from gridplus_urban_management.case import draft_of
from gridplus_urban_management.config import DECLARES, UrbanConfig
from hub import SHANGHAI, Draft
from hub.plugin import Answer, Receipt, Tools
from hub.plugin.city_case import version_of
from hub.plugin.fields import Fields
from hub.plugin.gb30428 import TOLD
from hub.plugin.times import zone_of
from hub.plugin.transport.paging import SECONDS, Marked
from hub.plugin.transport.service_and_view import Exchange, ServiceAndView
from hub.plugin.transport.soap_pull import Operation

CASE: Final = "case"
_SERIALS: Final = Marked(cursor="afterSerial", size="size", mark=("lastSerial",), more=("more",), begin="0")
"""Each change has a serial number of its own: a case that changes twice comes twice, and nothing is skipped while the
platform goes on writing (N66)."""
_CHANGED: Final = Operation(
    name="GetChangedCases",
    namespace="http://service.urban.example/exchange",
    walk=_SERIALS,
    total=("count",),
    row="case",
    within="cases",
    kind=CASE,
)
_KEPT: Final = frozenset(name for name, kind in DECLARES.items() if kind == "internal")


class UrbanReader(ServiceAndView[UrbanConfig]):
    """The platform as far as it can be read."""

    exchange = Exchange(changed=_CHANGED, numbers="ListCaseIds", single="GetCases", kept=_KEPT)

    def draft(self, case: Fields, table: str) -> Draft:
        """As `draft_of`."""
        return draft_of(case, self.config, table)

    def version(self, updated: str) -> str:
        """As `draft_of` writes it."""
        return version_of(Fields({"update_time": updated}), zone_of(self.config.zone))


class UrbanManagement(UrbanReader):
    """The platform with its service: it can be told results too. A view alone can be told nothing."""

    def tell(self, answer: Answer) -> Receipt:
        """Writes a step or a result back, in the platform's words; the nonce makes a repeat harmless there. Raises
        Refused S113 where the platform will never take it: no such case, or archived."""
        assert self.pages is not None  # noqa: S101  see `made`
        said = self.pages.service.tell(
            "SubmitResult",
            recId=answer.source_ref,
            step=TOLD.get(answer.stage, "处置中"),
            deptName=answer.department,
            content=answer.text,
            handleTime=answer.at.astimezone(SHANGHAI).strftime(SECONDS),
            nonce=answer.nonce,
        )
        return Receipt(said.get("ref", ""))


def made(config: UrbanConfig, tools: Tools) -> UrbanReader:
    """The adapter for `config`; it can `tell` only where the platform's service is configured."""
    return (UrbanReader if config.soap is None else UrbanManagement)(config, tools)
