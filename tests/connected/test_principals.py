"""Who may do what on a real Kafka that asks who comes: nobody reads or writes what is not his, and a refusal is told."""

import stat
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kafka import TopicPartition
from kafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from orjson import dumps, loads

from hub.bus import Consumer, Delivered, Message
from hub.bus.accounts import read
from hub.bus.broker import Broker
from hub.bus.kafka import KafkaBus, KafkaSettings
from hub.bus.probe import refused
from hub.bus.rules import CASEWORK, RELAY, REPORTS, Act, Kind, Rule, by_worker, groups, rules_for
from hub.bus.topics import EVENTS, reports, whistles
from hub.cli import main
from hub.errors import FixSettings, SignInAgain, TryLater
from hub.run import servers
from tests.conftest import lacking
from tests.connected.patience import until
from tests.connected.principals import ADMIN, DEPARTMENTS, PASSWORD, PLAIN, PREFIX, Guarded
from tests.instruments import demo_pack
from tests.unit.cli.test_faults import ended

pytestmark = pytest.mark.connected

ZILAI, CHENGGUAN = (f"department.{one}" for one in DEPARTMENTS)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """One broker for all tests here, with topics and accounts in place."""
    if lacks := servers.missing_for_kafka():
        lacking("; ".join(lacks))
    place = tmp_path_factory.mktemp("guarded")
    with servers.kafka(place / "kafka", password=PASSWORD) as running:
        made = Guarded(running.address, place / "accounts.toml")
        made.make_topics()
        made.enrol()
        with Broker(made.settings()) as there:
            assert there.rules() == rules_for(DEPARTMENTS)
        yield made


def say(broker: Guarded, topic: str, value: str) -> None:
    """A whistle, carried by the relay."""
    with closing(KafkaBus(broker.settings(RELAY))) as bus:
        bus.publish([(Message(topic, "k", value), 0)])


def heard(broker: Guarded, account: str, group: str, topic: str) -> list[str]:
    """What a department's own consumer gets of a topic, from the beginning."""
    with closing(broker.consumer(account, group)) as consumer:
        consumer.assign([TopicPartition(PREFIX + topic, 0)])
        consumer.seek_to_beginning()
        got: list[str] = []

        def something() -> bool:
            for batch in consumer.poll(timeout_ms=500).values():
                got.extend(one.value.decode() for one in batch)
            return bool(got)

        until(something, "a message")
        return got


def refusal(broker: Guarded, account: str, group: str, topic: str) -> TryLater:
    """What our client says where `account` wants to read a topic; fails where it gets a message or only silence."""
    say(broker, EVENTS, "something to read")
    got: list[Delivered] = []

    def read_on(consumer: Consumer) -> bool:
        got.extend(consumer.poll(10, 0.5))
        return bool(got)

    def read_to_the_end() -> None:
        with closing(KafkaBus(broker.settings(account)).consumer(group, [topic], lambda _: {})) as consumer:
            until(lambda: read_on(consumer), "a message or a refusal")

    with pytest.raises(TryLater) as told:
        read_to_the_end()
    assert [] == got
    return told.value


def test_a_department_reads_its_own_whistles_in_a_group_of_its_own(broker: Guarded) -> None:
    say(broker, whistles("zilai"), "for zilai")
    assert "for zilai" in heard(broker, ZILAI, f"{groups('zilai')}whistles", whistles("zilai"))


@pytest.mark.parametrize(
    "topic",
    [
        whistles("chengguan"),
        reports("chengguan"),
        reports("zilai"),
        EVENTS,
        "grid.incidents",
        "grid.deadletters",
    ],
)
def test_a_department_gets_nothing_of_what_is_not_its_own_and_our_client_says_so(
    broker: Guarded, topic: str
) -> None:
    group = f"{groups('zilai')}x"
    with closing(broker.consumer(ZILAI, group)) as consumer, suppress(TopicAuthorizationFailedError):
        consumer.subscribe([PREFIX + topic])
        assert {} == consumer.poll(timeout_ms=1_000)  # mostly this, and no error: what our client must not do
    assert "C143" == refusal(broker, ZILAI, group, topic).code


def test_a_department_cannot_join_another_ones_group_nor_a_workers(broker: Guarded) -> None:
    for group in (f"{groups('chengguan')}whistles", "casework", "zilai"):
        with closing(broker.consumer(ZILAI, group)) as consumer:
            consumer.subscribe([PREFIX + whistles("zilai")])
            with pytest.raises(GroupAuthorizationFailedError):
                until(lambda: bool(consumer.poll(timeout_ms=500)), "a message")


@pytest.mark.parametrize("topic", [reports("chengguan"), whistles("zilai"), whistles("chengguan"), EVENTS])
def test_a_department_cannot_write_another_ones_reports_nor_whistles(broker: Guarded, topic: str) -> None:
    with closing(broker.producer(ZILAI)) as producer, pytest.raises(TopicAuthorizationFailedError):
        producer.send(PREFIX + topic, b"{}", partition=0).get(timeout=20)


def test_a_department_writes_its_own_reports_and_the_worker_of_reports_gets_them(broker: Guarded) -> None:
    with closing(broker.producer(ZILAI)) as producer:
        producer.send(PREFIX + reports("zilai"), b"of zilai", key=b"k").get(timeout=20)
    with closing(KafkaBus(broker.settings(REPORTS))) as bus:
        consumer = bus.consumer("reports", [reports(one) for one in DEPARTMENTS], lambda _: {})
        got: list[tuple[str, str]] = []

        def arrived() -> bool:
            got.extend((one.topic, one.value) for one in consumer.poll(10, 0.5))
            return bool(got)

        until(arrived, "the report")
        consumer.close()
    assert [(reports("zilai"), "of zilai")] == got


@pytest.mark.parametrize(
    ("account", "topic"),
    [(CASEWORK, whistles("zilai")), (CASEWORK, reports("zilai")), (REPORTS, EVENTS), (RELAY, EVENTS)],
)
def test_a_worker_that_may_not_read_a_topic_is_told_so_and_does_not_wait_in_silence(
    broker: Guarded, account: str, topic: str
) -> None:
    told = refusal(broker, account, account.removeprefix("worker."), topic)
    assert ("C143", PREFIX + account) == (told.code, told.facts["account"])


def test_a_worker_in_another_ones_group_is_told_so(broker: Guarded) -> None:
    assert "C143" == refusal(broker, CASEWORK, "reports", EVENTS).code


@pytest.mark.parametrize("account", [CASEWORK, REPORTS, ZILAI])
def test_nobody_but_the_relay_writes_whistles(broker: Guarded, account: str) -> None:
    with closing(KafkaBus(broker.settings(account))) as bus, pytest.raises(TryLater) as told:
        bus.publish([(Message(whistles("chengguan"), "k", "v"), 0)])
    assert "C143" == told.value.code


def test_a_wrong_password_is_told_at_once_and_by_name(broker: Guarded, tmp_path: Path) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(f'"{CASEWORK}" = "wrong"\n"{RELAY}" = "wrong"\n')
    stranger = Guarded(broker.address, file)
    for attempt in (
        lambda: KafkaBus(stranger.settings(CASEWORK)).consumer("casework", [EVENTS], lambda _: {}),
        lambda: KafkaBus(stranger.settings(RELAY)).publish([(Message(EVENTS, "k", "v"), 0)]),
    ):
        with pytest.raises(SignInAgain) as told:
            attempt()
        assert "C142" == told.value.code
    with pytest.raises(FixSettings) as without:
        KafkaBus(stranger.settings(REPORTS)).consumer("reports", [EVENTS], lambda _: {})
    assert "C141" == without.value.code


def test_without_an_account_nobody_comes_in(broker: Guarded) -> None:
    bus = KafkaBus(KafkaSettings(broker.address, {}, prefix=PREFIX, patience_s=1.0))
    with pytest.raises(TryLater):
        bus.consumer("casework", [EVENTS], lambda _: {})


def test_set_up_again_changes_nothing(broker: Guarded) -> None:
    before = broker.file.read_bytes()
    done = broker.enrol()
    assert (5, {}, 0, 0, ()) == (done.accounts, done.passwords, done.given, done.taken, done.left_over)
    assert before == broker.file.read_bytes()
    assert 0o600 == stat.S_IMODE(broker.file.stat().st_mode)


def test_a_rule_too_many_goes_and_one_that_lacks_comes_back(broker: Guarded) -> None:
    extra = Rule(ZILAI, Act.READ, Kind.TOPIC, whistles("chengguan"))
    lost = Rule(CASEWORK, Act.READ, Kind.GROUP, "casework")
    with Broker(broker.settings()) as there:
        there.keep((rules_for(DEPARTMENTS) | {extra}) - {lost})
        assert (True, False) == (extra in there.rules(), lost in there.rules())
        assert [lost] == refused(broker.settings(CASEWORK), by_worker(DEPARTMENTS)[CASEWORK])
        done = broker.enrol()
        assert (1, 1) == (done.given, done.taken)
        assert there.rules() == rules_for(DEPARTMENTS)
    assert [] == refused(broker.settings(CASEWORK), by_worker(DEPARTMENTS)[CASEWORK])


def test_an_account_that_the_pack_no_longer_knows_is_named_and_ends_when_it_is_told_to(
    broker: Guarded,
) -> None:
    broker.enrol("zilai", "chengguan", "gone")
    assert "department.gone" in read(broker.file)
    assert ("department.gone",) == broker.enrol().left_over
    with pytest.raises(FixSettings) as still_there:
        broker.enrol(remove=ZILAI)
    assert "C147" == still_there.value.code
    broker.enrol(remove="department.gone")
    assert () == broker.enrol().left_over
    assert "department.gone" not in read(broker.file)
    with Broker(broker.settings()) as there:
        assert there.rules() == rules_for(DEPARTMENTS)


def test_a_rotated_password_ends_the_old_one(broker: Guarded) -> None:
    old = broker.client(CHENGGUAN)["sasl_plain_password"]
    done = broker.enrol(rotate=CHENGGUAN)
    assert [CHENGGUAN] == list(done.passwords)
    assert old != read(broker.file)[CHENGGUAN] == done.passwords[CHENGGUAN]
    kept = Guarded(broker.address, broker.file.with_name("old.toml"))
    kept.file.write_text(f'"{CHENGGUAN}" = "{old}"\n')
    until(lambda: is_refused(kept), "the old password ends")
    with closing(KafkaBus(broker.settings(CHENGGUAN))) as bus:
        bus.publish([(Message(reports("chengguan"), "k", "v"), 0)])


def is_refused(broker: Guarded) -> bool:
    """Whether the broker takes chengguan's password no longer."""
    with closing(KafkaBus(broker.settings(CHENGGUAN))) as bus:
        return not waits_for(lambda: says(bus, "v", reports("chengguan")))


def test_running_workers_go_on_under_a_rotated_password(broker: Guarded) -> None:
    with closing(KafkaBus(broker.settings(RELAY))) as relay:
        relay.publish([(Message(EVENTS, "k", "before"), 0)])
        consumer = KafkaBus(broker.settings(CASEWORK)).consumer("casework", [EVENTS], lambda _: {})
        got: set[str] = set()

        def has(value: str) -> bool:
            got.update(one.value for one in consumer.poll(100, 0.5))
            return value in got

        until(lambda: has("before"), "the first message")
        for account in (RELAY, CASEWORK):
            broker.enrol(rotate=account)
        until(lambda: waits_for(lambda: says(relay, "after")), "the relay signs in anew")
        until(lambda: waits_for(lambda: has("after")), "the second message")
        consumer.close()


def waits_for(holds: Callable[[], bool]) -> bool:
    """Whether it holds; not yet, while the broker does not take the new password."""
    try:
        return holds()
    except SignInAgain:
        return False


def says(bus: KafkaBus, value: str, topic: str = EVENTS) -> bool:
    """True, once it is said."""
    bus.publish([(Message(topic, "k", value), 0)])
    return True


def configured(broker: Guarded, place: Path, monkeypatch: pytest.MonkeyPatch, **security: str) -> None:
    """The environment of a command that comes as the administrator, or with `security` instead of some of it."""
    monkeypatch.chdir(place)
    for name, value in {
        "LANGUAGE": "en",
        "HOME": str(place / "home"),
        "BUS": f"kafka://{broker.address}",
        "KAFKA_PREFIX": "c.",
        "KAFKA_SECURITY": dumps({**ADMIN, **security}).decode(),
    }.items():
        monkeypatch.setenv(f"GRIDPLUS_{name}", value)


def call(*words: str) -> Result:
    """The command's end."""
    return CliRunner().invoke(main, words, prog_name="gridplus")


def test_one_command_sets_up_a_pack_and_doctor_then_has_nothing_to_say_of_the_broker(
    broker: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(broker, tmp_path, monkeypatch)
    monkeypatch.setenv("GRIDPLUS_KAFKA_ACCOUNTS", str(tmp_path / "accounts.toml"))
    before = [one["code"] for one in loads(call("doctor", "--json").stdout.splitlines()[-1])["findings"]]
    assert 3 == before.count("C141")
    done = call("broker", "setup", "--file", "accounts.toml", "--json")
    figures = loads(done.stdout)
    departments = sorted({one.department for one in demo_pack().contracts})
    assert (0, len(departments) + 3, []) == (done.exit_code, figures["new_passwords"], figures["left_over"])
    assert [f"department.{one}" for one in departments] == sorted(read(tmp_path / "accounts.toml"))[:-3]
    assert set() == said_of_the_broker()
    again = loads(call("broker", "setup", "--file", "accounts.toml", "--json").stdout)
    assert (0, 0, 0) == (again["new_passwords"], again["rules_given"], again["rules_taken"])
    with Broker(replace(broker.settings(), prefix="c.")) as there:
        there.keep(frozenset({Rule(REPORTS, Act.READ, Kind.GROUP, "reports")}))
    assert {"D131"} == said_of_the_broker()


def said_of_the_broker() -> set[str]:
    """Codes of doctor's findings about the broker and accounts."""
    findings = loads(call("doctor", "--json").stdout.splitlines()[-1])["findings"]
    return {one["code"] for one in findings} & {"D131", "C105", "C141", "C142", "C143"}


def test_without_a_file_a_password_is_printed_once_and_never_again(
    broker: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(broker, tmp_path, monkeypatch)
    monkeypatch.setenv("GRIDPLUS_KAFKA_PREFIX", "p.")
    first, second = call("broker", "setup"), call("broker", "setup")
    (line,) = (one for one in first.stdout.splitlines() if one.startswith("department.zilai "))
    assert len(line.split()[1]) >= 43
    assert 1 == len(second.stdout.splitlines())
    rotated = call("broker", "setup", "--rotate", "department.zilai").stdout.splitlines()
    assert (2, True) == (len(rotated), rotated[0].startswith("department.zilai "))
    assert rotated[0] != line


@pytest.mark.parametrize(
    ("words", "security", "exit_", "code"),
    [
        ((), {"sasl_plain_password": "wrong"}, 1, "C142"),
        (("--rotate", "department.nobody"), {}, 2, "C146"),
        (("--remove", "worker.relay"), {}, 2, "C147"),
        (("--remove", "department.nobody"), {}, 2, "C146"),
        (("--file", "no/such/place.toml"), {}, 2, "C119"),
        (("--bus", "embedded"), {}, 2, "C101"),
        (("--bus", "kafka://10.0.0.7:1"), {}, 2, "C145"),
        (("--no-such-option",), {}, 2, "C117"),
    ],
)
def test_whatever_is_wrong_ends_a_set_up_with_one_line(
    broker: Guarded,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    security: dict[str, str],
    exit_: int,
    code: str,
) -> None:
    configured(broker, tmp_path, monkeypatch, **security)
    monkeypatch.setenv("GRIDPLUS_KAFKA_PREFIX", "p.")
    assert (exit_, code) == ended(call("broker", "setup", *words))


def test_who_is_no_administrator_sets_up_nothing(
    broker: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = broker.client(ZILAI)
    login = {name: client[name] for name in ("sasl_plain_username", "sasl_plain_password")}
    configured(broker, tmp_path, monkeypatch, **login)
    assert (1, "C143") == ended(call("broker", "setup"))


def test_a_worker_whose_password_is_wrong_says_so_and_ends(
    broker: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(broker, tmp_path, monkeypatch)
    monkeypatch.setenv("GRIDPLUS_KAFKA_SECURITY", dumps(PLAIN).decode())
    monkeypatch.setenv("GRIDPLUS_KAFKA_ACCOUNTS", str(tmp_path / "accounts.toml"))
    (tmp_path / "accounts.toml").write_text('"worker.casework" = "wrong"\n')
    assert (1, "C142") == ended(call("run", "casework"))
    assert (2, "C141") == ended(call("run", "reports"))
