"""What is not loopback needs TLS, or somebody who says otherwise: the web worker's listener and Kafka."""

from pathlib import Path

import pytest

from hub.errors import FixSettings
from hub.run.keys.brokers import check_address
from hub.run.keys.reach import check_listener, is_loopback
from hub.settings import read
from tests.certificates import self_signed

EVERYWHERE = "0.0.0.0"  # noqa: S104 nothing listens here
TLS = {"security_protocol": "SASL_SSL"}
PLAIN = {"security_protocol": "SASL_PLAINTEXT"}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        (EVERYWHERE, False),
        ("::", False),
        ("10.0.0.7", False),
        ("hub.example", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, expected: bool) -> None:
    assert expected == is_loopback(host)


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "10.0.0.7", "hub.example"])
def test_a_listener_in_plain_text_stays_on_loopback(host: str, tmp_path: Path) -> None:
    with pytest.raises(FixSettings) as refused:
        check_listener(read(host=host))
    assert "C144" == refused.value.code
    check_listener(read(host="127.0.0.1"))
    check_listener(read(host=host, behind_proxy=True))
    cert, key = self_signed(tmp_path)
    check_listener(read(host=host, tls_cert=cert, tls_key=key))


def test_certificate_and_key_are_a_pair_or_nothing_starts(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    (tmp_path / "other").mkdir()
    _, others = self_signed(tmp_path / "other")
    for given, named in (
        ({"tls_cert": cert}, "tls_key"),
        ({"tls_key": key}, "tls_cert"),
        ({"tls_cert": cert, "tls_key": others}, "tls_cert, tls_key"),
        ({"tls_cert": cert, "tls_key": tmp_path / "absent"}, "tls_cert, tls_key"),
    ):
        with pytest.raises(FixSettings) as refused:
            check_listener(read(**given))
        assert ("C101", named) == (refused.value.code, refused.value.facts["name"])


@pytest.mark.parametrize(
    "bus", ["kafka://10.0.0.7:9092", "kafka://127.0.0.1:1,broker:9092", "kafka://[fd00::1]:9092"]
)
@pytest.mark.parametrize("security", [{}, PLAIN])
def test_kafka_on_another_machine_is_spoken_to_by_tls_only(bus: str, security: dict[str, str]) -> None:
    with pytest.raises(FixSettings) as refused:
        check_address(read(bus=bus, kafka_security=security))
    assert "C145" == refused.value.code
    here = bus.removeprefix("kafka://")
    assert here == check_address(read(bus=bus, kafka_security=TLS))
    assert here == check_address(read(bus=bus, kafka_security=security, kafka_plaintext_ok=True))


def test_kafka_on_this_machine_and_the_embedded_bus_need_none() -> None:
    assert "127.0.0.1:9092,[::1]:9093" == check_address(read(bus="kafka://127.0.0.1:9092,[::1]:9093"))
    assert "" == check_address(read(bus="embedded"))


def test_workers_with_accounts_speak_tls_unless_told_otherwise(tmp_path: Path) -> None:
    given = {"bus": "kafka://broker:9092", "kafka_accounts": tmp_path / "accounts.toml"}
    assert "broker:9092" == check_address(read(**given))
    with pytest.raises(FixSettings):
        check_address(read(**given, kafka_security=PLAIN))
