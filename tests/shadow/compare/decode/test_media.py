"""The content type, and text in its charset."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.media import decode_text, is_json, media_type


@pytest.mark.parametrize(
    ("text", "kind", "params"),
    [
        ("application/json", "application/json", {}),
        ("Application/JSON; Charset=UTF-8", "application/json", {"charset": "UTF-8"}),
        ('text/plain;charset="utf-8" ; a=B', "text/plain", {"charset": "utf-8", "a": "B"}),
        (r'multipart/mixed; boundary="a;\"b"', "multipart/mixed", {"boundary": 'a;"b'}),
        ("text/plain;", "text/plain", {}),
        ("text/plain; charset=", "text/plain", {"charset": ""}),
        ("text/plain; charset*=utf-8''x", "text/plain", {"charset*": "utf-8''x"}),
        ("a/b/c", "a/b/c", {}),
        ("JSON", "json", {}),
        ("", "", {}),
        (";", "", {}),
    ],
)
def test_media_type(text: str, kind: str, params: dict[str, str]) -> None:
    """Type and names of parameters in lower case, quotes taken off."""
    assert media_type((("Content-Type", text),)) == (kind, params)


@pytest.mark.parametrize("rest", ["; charset", "; =a", "; a=b; a=c", '; a="b', "; a=b c", ", text/html"])
def test_nothing_is_lost(rest: str) -> None:
    """What is not a parameter makes another type, for two that differ in it are not the same."""
    found = media_type((("content-type", f"text/plain{rest}"),))
    assert found[0] != "text/plain"


def test_two_fields_are_not_one() -> None:
    """The second is not dropped."""
    assert media_type((("content-type", "text/plain"), ("content-type", "text/html")))[0] == "text/plain,text/html"


def test_no_field() -> None:
    """Without a content-type there is no type."""
    assert media_type((("x-content-type", "text/plain"),)) == ("", {})


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("application/json", True),
        ("text/json", True),
        ("application/problem+json", True),
        ("application/json-seq", False),
        ("application/jsonp", False),
        ("", False),
    ],
)
def test_is_json(kind: str, expected: bool) -> None:
    """JSON by name or by suffix."""
    assert is_json(kind) == expected


@pytest.mark.parametrize(
    "charset",
    [
        "utf-8",
        "UTF8",
        "utf-16",
        "utf-16-le",
        "utf-32",
        "iso-8859-1",
        "latin1",
        "windows-1252",
        "ISO-8859-15",
        "cp437",
        "mac-roman",
        "koi8-r",
        " utf-8 ",
    ],
)
def test_charsets_of_text(charset: str) -> None:
    """Each gives back what it wrote."""
    assert decode_text("abc".encode(charset.strip()), charset) == "abc"


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb18030", "构建"),
        ("gb2312", "构建"),
        ("big5", "建"),
        ("shift_jis", "ビルド"),
        ("euc-jp", "ビルド"),
        ("iso-2022-jp", "ビルド"),
        ("euc-kr", "빌드"),
        ("tis-620", "ก"),
        ("utf-8-sig", "é"),
        ("us-ascii", "a"),
    ],
)
def test_charsets_of_the_world(charset: str, text: str) -> None:
    """The charsets that browsers know are read."""
    assert decode_text(text.encode(charset), charset) == text


@pytest.mark.parametrize(
    "charset",
    [
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
        "utf-7",
        "undefined",
        "rot13",
        "hex",
        "zlib",
        "bz2",
        "base64",
        "uu",
        "mbcs",
        "nonsense",
        "",
        "a\x00b",
        "é",
        "�",
        "x" * 100000,
    ],
)
def test_codecs_that_are_no_charsets(charset: str) -> None:
    """Python's other codecs, which may raise anything or read two bodies alike, are refused."""
    with pytest.raises(UndecodableError, match="expected text in"):
        decode_text(b"xn--a", charset)


@pytest.mark.parametrize(("charset", "body"), [("utf-8", b"\xff"), ("ascii", b"\xe9"), ("utf-16-le", b"abc")])
def test_other_bytes(charset: str, body: bytes) -> None:
    """Bytes that are not text in the charset are refused, and not shown."""
    with pytest.raises(UndecodableError, match="got other bytes"):
        decode_text(body, charset)


@given(
    st.binary(max_size=30),
    st.text(st.characters(), max_size=12) | st.sampled_from(["idna", "utf-16", "hz", "cp932", "big5hkscs"]),
)
def test_any_bytes(body: bytes, charset: str) -> None:
    """Arbitrary bytes in an arbitrary charset are read or refused."""
    with contextlib.suppress(UndecodableError):
        assert isinstance(decode_text(body, charset), str)


@given(st.text(st.sampled_from('a/;= "\\,cB\n\udc80é'), max_size=30))
def test_any_content_type(text: str) -> None:
    """Any text of a header is read: the type in lower case, and what is no parameter behind it as it is."""
    kind, params = media_type((("content-type", text),))
    assert kind.startswith(text.partition(";")[0].strip().lower())
    assert all(name == name.lower() for name in params)
