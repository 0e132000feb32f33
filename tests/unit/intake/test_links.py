"""Which links are followed: a table of what people and attackers write, and of addresses behind names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.intake.links import (
    NOWHERE,
    Following,
    Target,
    Unfit,
    address_of,
    allowed_host,
    allowed_network,
    carried,
    following,
    target_of,
)

ALLOWED = following(
    ["files.example", "10.1.2.3:8080", "photos.example:8443", "[fd00:1::7]:80", "127.0.0.1:9000"]
)


def verdict(url: str, allowed: Following = ALLOWED) -> str:
    """`host:port` of a link that is followed, or the code of why it is not."""
    found = target_of(url, allowed)
    return found.code if isinstance(found, Unfit) else f"{found.host}:{found.port}"


@pytest.mark.nasty("N72")
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://files.example/a.jpg", "files.example:80"),
        ("https://files.example/a.jpg?x=1&sig=a%2Fb", "files.example:443"),
        ("HTTPS://FILES.EXAMPLE./a.jpg", "files.example:443"),
        ("http://files.example:443/a.jpg", "files.example:443"),
        ("https://photos.example:8443/a", "photos.example:8443"),
        ("http://10.1.2.3:8080/a", "10.1.2.3:8080"),
        ("http://[::ffff:10.1.2.3]:8080/a", "10.1.2.3:8080"),
        ("http://[fd00:1:0::7]/a", "fd00:1::7:80"),
        # a host or port that nobody named
        ("http://other.example/a", "F102"),
        ("http://files.example.evil.example/a", "F102"),
        ("http://sub.files.example/a", "F102"),
        ("http://files.example:22/a", "F102"),
        ("https://photos.example/a", "F102"),
        ("http://10.1.2.3/a", "F102"),
        ("http://169.254.169.254/latest/meta-data", "F102"),
        ("http://localhost:9000/a", "F102"),
        # other ways to write an address
        ("http://2130706433:9000/a", "F103"),
        ("http://0x7f000001:9000/a", "F103"),
        ("http://0x7f.1:9000/a", "F103"),
        ("http://0177.0.0.1:9000/a", "F103"),
        ("http://127.1:9000/a", "F103"),
        ("http://127.0.0.01:9000/a", "F103"),
        ("http://１２７.0.0.1:9000/a", "F103"),
        ("http://127。0。0。1:9000/a", "F103"),
        ("http://[fe80::1%25eth0]:80/a", "F103"),
        ("http://[::1/a", "F103"),
        # who it seems to be, and who it is
        ("http://files.example@127.0.0.1:9000/a", "F103"),
        ("http://user:secret@files.example/a", "F103"),
        ("http://@files.example/a", "F103"),
        ("http://files.example\\@127.0.0.1/a", "F103"),
        ("http://files.example#@127.0.0.1/", "files.example:80"),
        ("http://files.example?@127.0.0.1/", "files.example:80"),
        # no plain http(s) address
        ("ftp://files.example/a", "F103"),
        ("file:///etc/passwd", "F103"),
        ("gopher://files.example/a", "F103"),
        ("data:image/png;base64,AAAA", "F103"),
        ("//files.example/a", "F103"),
        ("/a.jpg", "F103"),
        ("", "F103"),
        ("http://", "F103"),
        ("http:///a", "F103"),
        ("http://files.example:0/a", "F103"),
        ("http://files.example:99999/a", "F103"),
        ("http://files.example:x/a", "F103"),
        ("http://-a.example/a", "F103"),
        ("http://文件.example/a", "F103"),
        ("http://files.example/a\r\nHost: evil", "F103"),
        ("http://files.example/a b", "F103"),
        ("http://files.example/a\x00", "F103"),
        ("http://files.example/" + "a" * 2048, "F103"),
    ],
)
def test_a_link_is_followed_to_a_named_host_and_port_or_not_at_all(url: str, expected: str) -> None:
    assert expected == verdict(url)


def test_a_source_whose_pack_names_no_host_follows_nothing() -> None:
    assert "F101" == verdict("http://files.example/a", NOWHERE)


def test_a_path_goes_out_in_ascii_and_means_the_same() -> None:
    found = target_of("http://files.example/照片 1.jpg".replace(" ", "%20") + "?名=a%2Fb#x", ALLOWED)
    assert isinstance(found, Target)
    assert "/%E7%85%A7%E7%89%87%201.jpg?%E5%90%8D=a%2Fb" == found.path


@given(st.text(max_size=60))
def test_whatever_is_written_the_answer_is_a_named_host_or_a_code(text: str) -> None:
    for url in (text, f"http://{text}", f"http://files.example{text}", f"https://{text}@files.example/"):
        found = target_of(url, ALLOWED)
        if isinstance(found, Target):
            assert (found.host, found.port) in ALLOWED.hosts
            assert found.path.isascii()
            assert not set(found.path) & set(" \r\n\x00")
        else:
            assert found.code in ("F102", "F103")


@pytest.mark.nasty("N72")
@pytest.mark.parametrize(
    ("address", "public", "ours"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1::1", True, True),
        # ours alone, where the pack says so
        ("10.1.2.3", False, True),
        ("10.255.0.1", False, True),
        ("::ffff:10.1.2.3", False, True),
        ("172.16.0.1", False, False),
        ("192.168.1.1", False, False),
        ("100.64.0.1", False, False),
        ("fd00::1", False, False),
        ("127.0.0.1", False, False),
        ("::1", False, False),
        ("::ffff:127.0.0.1", False, False),
        ("192.0.2.1", False, False),
        # never
        ("0.0.0.0", False, False),  # noqa: S104 an address that is refused
        ("::", False, False),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("100.100.100.200", False, False),
        ("168.63.129.16", False, False),
        ("fd00:ec2::254", False, False),
        ("fe80::1", False, False),
        ("224.0.0.251", False, False),
        ("ff02::1", False, False),
        ("239.255.255.250", False, False),
        ("255.255.255.255", False, False),
        ("240.0.0.1", False, False),
        ("64:ff9b::a9fe:a9fe", False, False),
        ("64:ff9b::a01:203", False, False),
        ("2002:a01:203::1", False, False),
        ("2001:0:a01:203::1", False, False),
        ("::a01:203", False, False),
    ],
)
def test_a_name_leads_to_public_addresses_or_into_a_network_that_the_pack_names(
    address: str, public: bool, ours: bool
) -> None:
    assert public == following(["files.example"]).may_connect(address, "files.example")
    assert ours == following(["files.example"], ["10.0.0.0/8"]).may_connect(address, "files.example")


def test_an_address_that_the_pack_names_itself_needs_no_network() -> None:
    allowed = following(["10.1.2.3:8080", "files.example"])
    assert allowed.may_connect("10.1.2.3", "10.1.2.3")
    assert not allowed.may_connect("10.1.2.3", "files.example")


@pytest.mark.parametrize("network", ["127.0.0.0/8", "::1/128", "fd00:1::/32", "100.64.0.0/10", "10.1.2.3"])
def test_a_network_of_ones_own_can_be_named(network: str) -> None:
    assert allowed_network(network) is not None


@pytest.mark.parametrize(
    "network",
    ["0.0.0.0/0", "::/0", "8.8.8.0/24", "169.254.0.0/16", "224.0.0.0/4", "fe80::/10", "10.0.0.1/8", "x", ""],
)
def test_no_pack_opens_the_world_or_what_is_nobodys(network: str) -> None:
    assert allowed_network(network) is None


@pytest.mark.parametrize(
    "entry",
    [
        "169.254.169.254",
        "[fe80::1]",
        "0.0.0.0:80",
        "a b",
        "http://files.example",
        "a/b",
        "a@b",
        "a:0",
        "127.1",
        "",
    ],
)
def test_no_pack_names_a_host_that_is_none(entry: str) -> None:
    assert allowed_host(entry) is None


def test_a_zone_is_no_part_of_an_address() -> None:
    assert address_of("fe80::1%eth0") is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("data:;base64,AAEC", b"\0\1\2"),
        ("data:image/jpeg;base64,/9j/", b"\xff\xd8\xff"),
        ("data:;base64,", b""),
        ("data:;base64,not base64!", b""),
        ("data:text/plain,hello", b""),
        ("data:", b""),
        ("http://files.example/data:;base64,AAEC", None),
        ("DATA:;base64,AAEC", None),
    ],
)
def test_a_link_may_hold_its_file_and_is_followed_nowhere_then(url: str, expected: bytes | None) -> None:
    assert expected == carried(url)
    assert isinstance(target_of(url, ALLOWED), Target) is (expected is None and url.startswith("http"))
