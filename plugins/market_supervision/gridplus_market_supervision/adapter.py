"""The adapter of market supervision: reads letters page by page, takes tables, tells results."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

from gridplus_market_supervision.config import MarketConfig
from gridplus_market_supervision.letter import drafts_of
from gridplus_market_supervision.table import COLUMNS, letter_of
from hub import Arrival, Draft, GridDraft, Stage, TryLater
from hub.plugin import Answer, Body, Listed, PeerRequest, Receipt, Received, Tools
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.text import tidy_ref
from hub.plugin.transport.excel_upload import ROW, WORKBOOK, Uploads
from hub.plugin.transport.oauth2 import ClientCredentials
from hub.plugin.transport.paging import Marked
from hub.plugin.transport.rest_pull import Listing, RestPull

_TIME_FORMAT: Final = "%Y%m%d%H%M%S"
_LETTERS: Final = "/api/v2/letters"
_WORDS: Final = {
    Stage.ACCEPTED: "已受理",
    Stage.RETURNED: "退回",
    Stage.DONE_BY_DEPT: "已办结",
    Stage.CLOSED: "已归档",
    Stage.REJECTED: "不予受理",
}
"""How the platform calls the stages that it can be told; every other stage is 办理中 to it."""


class MarketSupervision(RestPull[MarketConfig]):
    """Letters (`letter`) by cursor; tables by `POST /upload`, one record a row (`row`)."""

    def __init__(self, config: MarketConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        self._uploads: Final = Uploads(COLUMNS, config.upload_key)

    def credentials(self) -> ClientCredentials:
        """OAuth 2.0 client credentials."""
        config = self.config
        return ClientCredentials(
            f"{config.base_url}/oauth/token", config.client_id, config.client_secret, clock=self.tools.clock
        )

    def listed(self) -> Listing:
        """Letters behind a cursor, which is the platform's own."""
        return Listing(path=_LETTERS, walk=Marked(), rows=("items",), total=("total",), kind="letter")

    def receive(self, request: PeerRequest) -> Received:
        """One table; see `Uploads.receive`."""
        return self._uploads.receive(request)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one letter, of one row, or of a whole table (samples)."""
        if body.kind not in (ROW, WORKBOOK):
            return drafts_of(Fields.of(read_json(body.content)), arrival, self.config)
        letters = (letter_of(self._uploads.cells(row.content)) for row in self._uploads.rows(body))
        return [draft for letter in letters for draft in drafts_of(letter, arrival, self.config)]

    def tell(self, answer: Answer) -> Receipt:
        """Writes progress or a result to its letter; telling twice changes nothing, the platform knows
        `nonce`. Raises Refused S113 where the letter takes no answer any more."""
        told = {
            "nonce": answer.nonce,
            "part": answer.part,
            "status": _WORDS.get(answer.stage, "办理中"),
            "result": answer.text,
            "dept": answer.department,
            "time": answer.at.astimezone(self.zone).strftime(_TIME_FORMAT),
        }
        said = self.ask("POST", f"{_LETTERS}/{quote(answer.source_ref, safe='')}/feedback", json=told)
        return Receipt(str(said.get("feedbackNo") or ""))

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """Numbers of the letters changed in that time, without their versions."""
        asked = {
            name: moment.astimezone(self.zone).strftime(_TIME_FORMAT)
            for name, moment in (("since", since), ("until", until))
        }
        said = self.ask("GET", f"{_LETTERS}/ids", params=asked)
        listed = said.get("items")
        if not isinstance(listed, list):
            raise TryLater("S104")
        yield from (Listed(tidy_ref(number)) for number in listed)
