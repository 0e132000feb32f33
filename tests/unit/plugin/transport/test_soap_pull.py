"""A source over SOAP and its other side: whatever wraps an answer comes off, and what a fault means is told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from hub.clock import FixedClock
from hub.errors import HubError, Refused, SignInAgain, SourceGone, TryLater
from hub.model import Arrival, Draft
from hub.plugin import Body, SimulatorSetup, Tools, Utterance
from hub.plugin.systems.soap_pull import FAILURES, SoapPullSystem
from hub.plugin.transport.paging import Keyset, Marked, Numbered, Walk
from hub.plugin.transport.soap import fault_bytes, result_in
from hub.plugin.transport.soap_pages import SoapPages, SoapPagesSettings
from hub.plugin.transport.soap_pull import Operation, SoapPull, SoapPullConfig
from hub.plugin.transport.xml import fields_of_xml

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
WORDS = "𠮷祥路 <18号> & “乙”栋"
KEYSET = Keyset(at="time", key="no", after="afterNo", read=fields_of_xml)
MARKED = Marked(mark=("lastSerial",), more=("more",), begin="0")
NUMBERED = Numbered(total=("count",))


def listing(walk: Walk) -> Operation:
    return Operation(
        name="GetLetters",
        namespace="http://service.letters.example/",
        walk=walk,
        row="letter",
        within="letters",
        total=() if isinstance(walk, Numbered) else ("count",),  # its last page is empty
        kind="letter",
    )


class Letters(SoapPull[SoapPullConfig]):
    walk: Walk = KEYSET

    def listed(self) -> Operation:
        return listing(self.walk)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the interface says
        return []


class LetterOffice(SoapPullSystem):
    walk: Walk = KEYSET

    def listed(self) -> Operation:
        return listing(self.walk)

    def row(self, utterance: Utterance) -> Mapping[str, str]:
        at = f"2026-03-10 11:00:{int(utterance.ref):02d}"
        return {"no": utterance.ref, "time": at, "text": utterance.content}


Start = Callable[..., Letters]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    closing: list[Callable[[], None]] = []

    def begin(
        count: int = 2, *failures: str, walk: Walk = KEYSET, in_cdata: bool = False, **settings: object
    ) -> Letters:
        told = {
            "at": NOON - timedelta(hours=1),
            "code": "1",
            "code_table": "t",
            "occurred_at": NOON,
            "reported_at": NOON,
        }
        said = [Utterance(ref=str(at), content=WORDS, **told) for at in range(1, count + 1)]  # type: ignore[arg-type]  # as named
        clock = FixedClock(NOON)
        office = type("Office", (LetterOffice,), {"walk": walk, "in_cdata": in_cdata})(
            SimulatorSetup(clock=clock, utterances=said, place=tmp_path, failures=failures)
        )
        config = SoapPullConfig.model_validate({**office.start(), **settings})
        http = partial(httpx.Client, timeout=2.0)
        tools = Tools(source="letters", clock=clock, http=http, nonce=lambda: "n")
        adapter: Letters = type("Reading", (Letters,), {"walk": walk})(config, tools)
        closing.extend([adapter.close, office.stop])
        assert office.wait_for(lambda: office.spoken() == count)
        return adapter

    yield begin
    for close in closing:
        close()


def read_all(adapter: Letters) -> list[str]:
    """The words behind the number of each row that came, until a page leads no further."""
    found, cursor, more = list[str](), "", True
    while more:
        page = adapter.read(cursor)
        found += [fields_of_xml(body.content).text("no") for body in page.bodies]
        cursor, more = page.cursor, page.more
    return found


@pytest.mark.parametrize("walk", [KEYSET, MARKED, NUMBERED], ids=["key set", "mark", "number"])
def test_each_walk_of_paging_leads_through_a_list_over_soap(walk: Walk, start: Start) -> None:
    adapter = start(7, walk=walk, page_size=3)
    adapter.check()
    assert ["1", "2", "3", "4", "5", "6", "7"] == sorted(read_all(adapter))


@pytest.mark.nasty("N30", "GB2312 declared, UTF-8 sent; CDATA inside a string, escaped once more")
@pytest.mark.parametrize("failure", ["double_escaped", "url_encoded", "gb2312_declared", "gbk_bytes"])
@pytest.mark.parametrize("in_cdata", [False, True])
def test_however_an_answer_is_wrapped_its_words_are_the_same(
    failure: str, in_cdata: bool, start: Start
) -> None:
    (first, _) = start(2, failure, in_cdata=in_cdata).read("").bodies
    assert WORDS == fields_of_xml(first.content).text("text")
    assert failure in FAILURES


@pytest.mark.nasty("N65", "an empty page where rows are announced")
@pytest.mark.parametrize(
    ("failure", "code", "kind"),
    [
        ("soap_fault", "S102", TryLater),
        ("fault_about_the_account", "S106", SignInAgain),
        ("xxe", "S104", TryLater),
        ("http_200_with_error", "S103", TryLater),
        ("html_login_page", "S104", TryLater),
        ("server_error", "S102", TryLater),
        ("rate_limited", "S105", TryLater),
        ("silent_empty_page", "S110", TryLater),
    ],
)
def test_a_failing_service_says_what_recovers_and_then_everything_comes(
    failure: str, code: str, kind: type[HubError], start: Start
) -> None:
    adapter = start(2, failure)
    for _ in range(2):
        with pytest.raises(kind) as told:
            adapter.read("")
        assert code == told.value.code
    assert ["1", "2"] == read_all(adapter)


@pytest.mark.parametrize(
    ("faultcode", "code", "kind"),
    [
        ("Server", "S103", TryLater),
        ("Server.userException", "S103", TryLater),
        ("Client", "S142", SourceGone),
        ("Client.Authentication", "S106", SignInAgain),
        ("wsse:FailedAuthentication", "S106", SignInAgain),
        ("InvalidSecurityToken", "S106", SignInAgain),
    ],
)
def test_a_fault_says_who_has_to_do_something(faultcode: str, code: str, kind: type[HubError]) -> None:
    with pytest.raises(HubError) as told:
        result_in(fault_bytes(faultcode, "说明"), "GetLetters")
    assert (code, kind) == (told.value.code, type(told.value))


def test_a_wrong_password_is_told_as_that(start: Start) -> None:
    with pytest.raises(SignInAgain) as refused:
        start(1, password="rotated").check()
    assert refused.value.code == "S106"


def test_what_is_told_twice_is_heard_once_and_what_is_refused_is_a_persons_matter(start: Start) -> None:
    told = {"ref": "1", "nonce": "rp_00001", "status": "已办结", "text": "已答复"}
    adapter = start(1)
    assert "rp_00001" == adapter.service.tell("SubmitReply", **told)["ref"]
    with pytest.raises(Refused) as refused:
        start(1, "refuses_replies").service.tell("SubmitReply", **told)
    assert refused.value.code == "S113"


def test_in_its_quiet_hours_nothing_is_asked(start: Start) -> None:
    adapter = start(1, "no_answer", quiet_hours="11:30-12:30")  # noon, in its own zone
    assert ((), "as it was") == (adapter.read("as it was").bodies, adapter.read("as it was").cursor)


def test_a_list_over_soap_may_be_one_of_several_channels_of_a_source(start: Start) -> None:
    config = start(3).config
    settings = SoapPagesSettings.model_validate(
        {"url": config.url, "user": config.user, "password": config.password, "page_size": 2}
    )
    tools = Tools(source="letters", clock=FixedClock(NOON), http=httpx.Client, nonce=lambda: "0" * 32)
    pages = SoapPages(settings, listing(KEYSET), tools)
    pages.check()
    page = pages.read("")
    assert (2, True) == (len(page.bodies), page.more)
    assert 1 == len(pages.read(page.cursor).bodies)
    pages.close()
    pages.close()
