"""Addresses stay as they came, down to the byte, and mean one host to everybody."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import AddressRefused
from bot.provider.raw_address import RawAddress

BASE = "https://cdn.example/a/./b//c/base.wav?sig=%2f&x"

TARGETS = [
    "/a%3Ab%40c.wav?sig=%2A%28x%29",
    "/foo%27bar%21(1).wav?Signature=aB%2Bc%2Fd%3D%3D",
    "/foo'bar!(1).wav?Signature=aB+c/d==",
    "/%7Euser/~user/%2e%2E/x",
    "/a//b/./c/../d",
    "//two.wav",
    "/x?a=1&a=2&a=&&b;c=%25%2525",
    "/x?",
    "/x??y?/z",
    "/x?response-content-disposition=attachment%3B%20filename%3D%22a%20b.wav%22",
    "/100%/50%zz?%",
    '/a|b{c}^d`e\\f<g>?"h"',
    "/[1]?x[]=1&y[a]=2",
    "/%E2%98%94?%c3%a9=%C3%A9",
]


@pytest.mark.parametrize("target", TARGETS)
def test_target_is_sent_to_the_letter(target: str) -> None:
    assert RawAddress.parse(f"https://cdn.example{target}").url.raw_path_qs == target


@pytest.mark.parametrize("target", [one for one in TARGETS if "{" not in one])
@pytest.mark.parametrize("host", ["cdn.example", "cdn.example:8443", "8.8.8.8", "[2606:4700::1]"])
def test_link_is_the_address_to_the_letter(host: str, target: str) -> None:
    address = f"https://{host}{target}"
    assert RawAddress.parse(address).link == address
    assert RawAddress.parse(f"{address}#t=1,(2)").link == f"{address}#t=1,(2)"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("https://h.example", "/"),
        ("https://h.example?x=1", "/?x=1"),
        ("https://h.example#end", "/"),
        ("https://h.example/a b\t\u2614?\u00e9\x7f", "/a%20b%09%E2%98%94?%C3%A9%7F"),
        ("https://h.example/\udcff", "/%FF"),  # a byte of a header that is no UTF-8
        (" https://h.example/x\r\n", "/x"),
        ("https://h.example/x#part?y", "/x"),
        ("https://h.example/x\n#y", "/x%0A"),
    ],
)
def test_only_what_can_not_be_sent_is_percent_encoded(text: str, target: str) -> None:
    assert RawAddress.parse(text).url.raw_path_qs == target


def test_link_can_not_be_broken_out_of() -> None:
    link = RawAddress.parse('https://h.example/a> <@1>`\\"|{}^?<#').link
    assert link == "https://h.example/a%3E%20%3C@1%3E%60%5C%22%7C%7B%7D%5E?%3C#"


@pytest.mark.parametrize(
    ("reference", "link"),
    [
        ("https://other.example/%3A?%2B", "https://other.example/%3A?%2B"),
        ("//other.example:444/%3A", "https://other.example:444/%3A"),
        ("/foo%27bar%21(1).wav?S=aB%2Bc%3D", "https://cdn.example/foo%27bar%21(1).wav?S=aB%2Bc%3D"),
        ("/a/../b/./c//d", "https://cdn.example/a/../b/./c//d"),
        ("next%3A.wav?%2f", "https://cdn.example/a/b//c/next%3A.wav?%2f"),
        ("./next.wav", "https://cdn.example/a/b//c/next.wav"),
        ("../../next.wav", "https://cdn.example/a/b/next.wav"),
        ("../../../../../../next.wav", "https://cdn.example/next.wav"),
        ("..", "https://cdn.example/a/b//"),
        (".", "https://cdn.example/a/b//c/"),
        ("?sig=%2B", "https://cdn.example/a/./b//c/base.wav?sig=%2B"),
        ("?", "https://cdn.example/a/./b//c/base.wav?"),
        ("#end", f"{BASE}#end"),
        ("", BASE),
        ("my file.wav", "https://cdn.example/a/b//c/my%20file.wav"),
        ("/\\evil.example/x", "https://cdn.example/%5Cevil.example/x"),
    ],
)
def test_redirect_is_resolved_without_another_spelling(reference: str, link: str) -> None:
    assert RawAddress.parse(BASE).follow(reference).link == link


@pytest.mark.parametrize(
    "text",
    [
        "https:/h.example/x",
        "https:h.example",
        "https:\\\\h.example",
        "https:////h.example/x",
        "https://a.example\\@b.example/x",
        "https://a.example\\.b.example/x",
        "https://a.example\t.b.example/x",
        "https://a.exa\nmple/x",
        "https://a.example /x",
        "https://%31%32%37.0.0.1/x",
        "https://ex%61mple.com/x",
        "https://@h.example/x",
        "https://[::1%25eth0]/x",
        "https://[::1%eth0]/x",
        "https://[v1.x]/x",
        "https://[::1]x/x",
        "https://x[::1]/x",
        "https://::1/x",
        "https://h.example:0/x",
        "https://h.example:65536/x",
        "https://h.example:443:443/x",
        "https://h.example:+443/x",
        "https://h.example:\u0664\u0664\u0663/x",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0X7F.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://8.8.8.8./",
        "https://1.2.3.4.5/",
        "https://a.0x/",
        "https://./",
        "https://a..example/",
        "https://\u2100.example/",  # becomes a/c
        "https://h\u00ad\u200b.example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "h.example/x",
        "x",
    ],
)
def test_address_is_refused_when_its_host_could_be_read_in_two_ways(text: str) -> None:
    with pytest.raises(AddressRefused):
        RawAddress.parse(text)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("HTTPS://CDN.Example:/x", "cdn.example", None),
        ("https://cdn.example.:0443/x", "cdn.example.", 443),
        ("https://b\u00fccher.example/x", "xn--bcher-kva.example", None),
        ("https://127\u30020\u30020\u30021/x", "127.0.0.1", None),
        ("https://\uff11\uff12\uff17.0.0.1/x", "127.0.0.1", None),
        ("https://[0:0::FFFF:7f00:1]:8/x", "::ffff:7f00:1", 8),
        ("https://my_bucket.s3.example/x", "my_bucket.s3.example", None),
    ],
)
def test_host_is_the_one_that_is_connected_to(text: str, host: str, port: int | None) -> None:
    address = RawAddress.parse(text)
    assert (address.host, address.port) == (host, port)
    assert address.url.raw_host == host
    assert (urlsplit(address.link).hostname, urlsplit(address.link).port) == (host, port)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_whatever_comes_behind_the_host_leaves_the_host_alone(text: str) -> None:
    address = RawAddress.parse(f"https://cdn.example/{text}")
    assert address.host == "cdn.example"
    assert address.url.raw_host == urlsplit(address.link).hostname == "cdn.example"
    assert address.url.raw_path_qs.isascii()
    assert RawAddress.parse(address.link).link == address.link
    assert not set(address.link) & set('<>"`\\ \n')


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for parse in (RawAddress.parse, RawAddress.parse(BASE).follow):
        try:
            address = parse(text)
        except AddressRefused:
            continue
        assert address.url.raw_host == address.host
        assert address.url.explicit_port == address.port
