"""市场监管 12315: letters page by page from the platform, a table row by row from offices without an interface.

A complaint (投诉: the consumer wants something) and a report (举报: somebody breaks the law) in one letter are handled
separately (办法 第九条; N13): two drafts, one number. Field names: README, 字段.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field, SecretStr

from gridplus_market_supervision.table import COLUMNS, letter_of
from hub import Alias, Arrival, Code, Draft, GridDraft, RequestType, Stage
from hub.plugin import Answer, Body, Listed, PeerRequest, Receipt, Received, Tools
from hub.plugin.fields import Fields
from hub.plugin.notes import flags_of, original_numbers
from hub.plugin.transport.excel_upload import ROW, WORKBOOK, Uploads
from hub.plugin.transport.oauth_pull import OAuthPull, OAuthPullConfig
from hub.plugin.transport.paging import Marked
from hub.plugin.transport.rest_pull import Listing, Numbers
from hub.plugin.uscc import is_uscc
from hub.plugin.words import meanings, request_type_of, stage_of, told_as

_LETTERS: Final = "/api/v2/letters"
_LISTING: Final = Listing(path=_LETTERS, walk=Marked(), rows=("items",), total=("total",), kind="letter")
_TIMES: Final = "%Y%m%d%H%M%S"
_CHANGED: Final = Numbers(path=f"{_LETTERS}/ids", rows=("items",), form=_TIMES)
# 信件类型 of the province's platform; 6 is a consumer council's complaint
_KINDS: Final = meanings(RequestType, complaint="1 6", report="2", consult="3", suggestion="4", other="9")
_PARTS: Final = {RequestType.COMPLAINT: "complaint", RequestType.REPORT: "report"}
_STAGES: Final = meanings(Stage, verifying="核查中", in_progress="已立案", done_by_dept="调解终止")
_TOLD: Final = told_as(
    accepted="已受理", returned="退回", done_by_dept="已办结", closed="已归档", rejected="不予受理"
)
_CLOCKS: Final = {"accept": ["acceptDue"], "conclude": ["concludeDue"], "verify": ["verifyDue"]}
"""How long they are is the platform's; it sends dates."""


class MarketConfig(OAuthPullConfig):
    """What an administrator sets. Closed; secrets are `SecretStr`."""

    upload_key: SecretStr
    """Who sends tables to `/upload` shows this key; long and random, another for each hub."""
    code_table: str = "sj-2026"
    page_size: Annotated[int, Field(ge=1, le=500)] = 50


class MarketSupervision(OAuthPull[MarketConfig]):
    """Letters (`letter`) by cursor; tables by `POST /upload`, one record a row (`row`)."""

    def __init__(self, config: MarketConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        self._uploads: Final = Uploads(COLUMNS, config.upload_key)

    def listed(self) -> Listing:
        """Letters behind a cursor, which is the platform's own."""
        return _LISTING

    def receive(self, request: PeerRequest) -> Received:
        """One table; see `Uploads.receive`."""
        return self._uploads.receive(request)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one letter, of one row, or of a whole table (samples)."""
        is_table = body.kind in (ROW, WORKBOOK)
        letters = map(letter_of, self._uploads.fields(body)) if is_table else [Fields.of_json(body.content)]
        return [self._draft(letter, kind, arrival) for letter in letters for kind in _kinds(letter)]

    def tell(self, answer: Answer) -> Receipt:
        """Writes progress or a result to its letter; telling twice changes nothing, the platform knows
        `nonce`. Raises Refused S113 where the letter takes no answer any more."""
        told = {**self.told(answer, _TOLD, form=_TIMES), "part": answer.part}
        return self.write_back(answer, "/feedback", told, receipt=["feedbackNo"])

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """Numbers of the letters changed in that time, without their versions."""
        return self.numbers(_CHANGED, since, until)

    def _draft(self, letter: Fields, kind: RequestType, arrival: Arrival) -> Draft:
        """Raises HeldRecord R201 without a number, and as `Fields` does."""
        part = _PARTS.get(kind, "")
        block, accused = letter.inside(part or "matter"), letter.inside("accused", "subject")
        ref, province_no = letter.needed_ref("letterNo", "regNo"), letter.ref("provinceNo")
        title, content = letter.text("title"), block.text("content") or letter.text("content")
        remark, status = letter.text("remark"), block.text("status") or letter.text("status")
        times = letter.times(occurred="happenTime", reported="regTime", updated="updTime", zone=self.zone)
        uscc = accused.ref("uscc", "creditCode")
        flags = ("uscc_invalid",) if uscc and not is_uscc(uscc) else ()
        person = letter.inside("person", "consumer")
        return Draft(
            source_ref=ref,
            part=part,
            aliases=(Alias("province_12315", province_no),) if province_no not in ("", ref) else (),
            same_as=original_numbers(f"{remark}\n{content}", own={ref, province_no}),
            version=times.version,
            occurred_at=times.occurred_at,
            reported_at=times.reported_at,
            category=Code(self.config.code_table, block.ref("categoryCode") or letter.ref("categoryCode")),
            request_type=kind,
            channel=letter.text("channel"),
            stage=stage_of(status, _STAGES),
            status_raw=status,
            is_update=letter.yes("isUpdate"),
            title=title,
            content="\n".join(filter(None, (content, block.text("demand")))),
            address=letter.text("address") or accused.text("address"),
            area_code=letter.ref("areaCode"),
            requester=person.person("name", "phone mobile", "idNo", "address", "callback", "anonymous"),
            # whoever reports may ask not to be known (济南 第三十二条); a complaint needs a name to mediate
            secret=letter.yes("secret") or block.yes("secret"),
            accused_name=accused.text("name"),
            accused_uscc="" if flags else uscc,
            clocks=block.clocks(_CLOCKS, zone=self.zone),
            flags=(*times.flags(arrival.received_at), *flags, *flags_of(f"{title}\n{content}\n{remark}")),
        )


def _kinds(letter: Fields) -> list[RequestType]:
    """Complaint, report, or both; what else it is where it is neither.

    From the type field (`1,2`, `投诉举报`, `1.0`) and from the blocks that are there: either may be missing. Without both,
    one matter of type OTHER.
    """
    said = letter.text("infType", "letterType").replace("，", ",").replace("、", ",")
    words = said.replace("投诉举报", "投诉,举报").split(",")
    kinds = [request_type_of(word, _KINDS) for word in words if word.strip()]
    kinds += [kind for kind, block in _PARTS.items() if letter.has(block)]
    parted = [kind for kind in dict.fromkeys(kinds) if kind in _PARTS]
    return parted or kinds[:1] or [RequestType.OTHER]
