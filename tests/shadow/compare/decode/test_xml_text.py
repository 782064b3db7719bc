"""XML is read without loss, and nothing in it reaches for anything else."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.markup import MAX_DEPTH, MAX_MARKUP_BYTES, NotElementsError
from crossfade.shadow.compare.decode.xml_text import read_xml
from crossfade.shadow.compare.diff import Place, diff

HTML, SVG = "http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"
TYPED = 'xmlns:p="w" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type'


def differences(one: str | bytes, two: str | bytes) -> list[tuple[str, str]]:
    sides = [read_xml(text.encode() if isinstance(text, str) else text, None) for text in (one, two)]
    return [(item.path, item.kind.value) for item in diff(sides[0], sides[1], Place.at("body"))]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ('<a b="1" c="2"/>', "<a c='2'  b='1'></a>"),
        ('<?xml version="1.0" encoding="UTF-8"?>\n<a/>', "<a/>\n"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><a>\u00e9</a>'.encode("latin-1"), "<a>&#xe9;</a>"),
        ('<?xml version="1.0" encoding="utf-16"?><a>\u00e9</a>'.encode("utf-16"), "<a>\u00e9</a>"),
        ("<a>\n  <b>1</b>\n  <c/>\n</a>", "<a><b>1</b><c/></a>"),
        ("<a><![CDATA[1 < 2]]></a>", "<a>1 &lt; 2</a>"),
        ('<p:a xmlns:p="u"><p:b/></p:a>', '<a xmlns="u"><b/></a>'),
        ('<a xmlns:p="u" p:b="1"/>', '<a xmlns:q="u" q:b="1"/>'),
        ("<a>x\r\ny</a>", "<a>x\ny</a>"),
        ('<a xmlns:unused="u"/>', "<a/>"),
    ],
)
def test_the_same(one: str | bytes, two: str | bytes) -> None:
    """Spelling, prefixes, indentation and the encoding (XML 1.0, Namespaces in XML 1.0)."""
    assert differences(one, two) == []
    assert differences(two, one) == []


@pytest.mark.parametrize(
    ("one", "two", "path"),
    [
        ("<a>1</a>", "<a>2</a>", "body/a/text()"),
        ("<a> 1</a>", "<a>1</a>", "body/a/text()"),
        ("<a> </a>", "<a/>", "body/a/text()"),
        ("<a><b/> <c/></a>", "<a><b/><c/></a>", "body/a/text()"),
        ("<a>x\n<b/></a>", "<a>x<b/></a>", "body/a/text()"),
        ('<a xml:space="preserve">\n<b/></a>', '<a xml:space="preserve"><b/></a>', "body/a/text()"),
        ('<a b="1"/>', "<a/>", "body/a/@b"),
        ("<a><b/><c/></a>", "<a><c/><b/></a>", "body/a"),
        ('<a xmlns="u"/>', "<a/>", "body/a"),
        ('<a xmlns="u"/>', '<a xmlns="v"/>', "body/a"),
        ('<a xmlns:p="u" p:b="1"/>', '<a b="1"/>', "body/a/@b"),
        ('<a xmlns:p="u" t="p:x"/>', '<a xmlns:p="v" t="p:x"/>', "body/a/@t"),
        ('<a xmlns:p="u" t="p:x p:y"/>', '<a xmlns:p="v" t="p:x p:y"/>', "body/a/@t"),
        ('<a xmlns:p="u" t="//p:x"/>', '<a xmlns:p="v" t="//p:x"/>', "body/a/@t"),
        (f'<p:a xmlns="u" {TYPED}="T"/>', f'<p:a xmlns="v" {TYPED}="T"/>', "body/a/@type"),
        (f'<pre xmlns="{HTML}"><b> </b></pre>', f'<pre xmlns="{HTML}"><b>  </b></pre>', "body/pre/b/text()"),
        (f'<text xmlns="{SVG}"><b/>\n<b/></text>', f'<text xmlns="{SVG}"><b/><b/></text>', "body/text/text()"),
        ("<!-- 1 --><a/>", "<!-- 2 --><a/>", "body/comment()/text()"),
        ("<?p 1?><a/>", "<?p 2?><a/>", "body/processing-instruction()/text()/word[2]"),
        ('<!DOCTYPE a SYSTEM "x"><a/>', "<a/>", "body/doctype()"),
        ("<r><i><n>1</n></i><i><n>2</n></i></r>", "<r><i><n>1</n></i><i><n>3</n></i></r>", "body/r/i[2]/n/text()"),
    ],
)
def test_not_the_same(one: str, two: str, path: str) -> None:
    """Each at its place; of prefixes, what they stand for."""
    assert differences(one, two)[0][0] == path
    assert differences(two, one)


def test_all_of_one_name_are_alike() -> None:
    """The template has no number: a bug in each of many items is one finding."""
    one, two = ("<r>" + "".join(f"<i>{number + shift}</i>" for number in range(3)) + "</r>" for shift in (0, 9))
    found = diff(read_xml(one.encode(), None), read_xml(two.encode(), None), Place.at("body"))
    assert {item.template for item in found} == {"body/r/i/text()"}


BOMB = "<!DOCTYPE a [" + "".join(
    f'<!ENTITY l{level} "{f"&l{level - 1};" * 10 if level else "lol" * 10}">' for level in range(9)
)


@pytest.mark.parametrize(
    "text",
    [
        f"{BOMB}]><a>&l8;</a>",
        f'{BOMB}]><a b="&l8;"/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        '<!DOCTYPE a [<!ATTLIST a b CDATA "1">]><a/>',
        "<a>",
        "<a></b>",
        "<a b='1' b='2'/>",
        "",
        "plain",
        "<a>\0</a>",
        "<?xml version='1.1'?><a/>",
        "<a>" * (MAX_DEPTH + 2) + "</a>" * (MAX_DEPTH + 2),
        "<a>" * 100_000 + "</a>" * 100_000,
        "<a>" + "x" * MAX_MARKUP_BYTES + "</a>",
        '<?xml version="1.0" encoding="utf-7"?><a/>',
        '\n<?xml version="1.0"?><a/>',
        "\u00a0<a/>",
        "<a " + " ".join(f'xmlns:n{n}="u"' for n in range(900)) + ">" + "<b>n1:x</b>" * 20_000 + "</a>",
        '<?xml version="1.0" encoding="no-such"?><a/>',
    ],
    ids=lambda text: text[:40],
)
def test_what_is_not_read(text: str, cpu_time: Any) -> None:
    """Entities of its own, what is not well formed, and what lies beyond the bounds: it is compared as text."""
    with cpu_time(4), pytest.raises(NotElementsError):
        read_xml(text.encode(), None)


def test_bytes_of_another_encoding() -> None:
    """They are refused, not guessed at."""
    for body in (b"<a>\xff</a>", '<?xml version="1.0" encoding="ascii"?><a>é</a>'.encode()):
        with pytest.raises(NotElementsError):
            read_xml(body, None)
    assert read_xml(b"<a>\xe9</a>", "latin-1") == read_xml("<a>é</a>".encode(), None)


def test_two_encodings() -> None:
    """What a header field and a declaration name in contradiction, each reader reads in its own way."""
    body = '<?xml version="1.0" encoding="iso-8859-1"?><a>\u00e9</a>'
    with pytest.raises(NotElementsError):
        read_xml(body.encode(), "utf-8")
    assert read_xml(body.encode("latin-1"), "latin-1") == read_xml("<a>\u00e9</a>".encode(), "utf-8")
    assert read_xml(body.replace("\u00e9", "e").encode(), "utf-8") == read_xml(b"<a>e</a>", None)


def test_nothing_outside_is_read(tmp_path: Path) -> None:
    """Neither a document type nor an entity in a file."""
    secret = tmp_path / "x.dtd"
    secret.write_text("<!ENTITY x 'hunter2'>")
    value = read_xml(f'<!DOCTYPE a SYSTEM "{secret.as_uri()}"><a>&x;</a>'.encode(), None)
    assert "hunter2" not in repr(value)


def test_very_many_attributes(cpu_time: Any) -> None:
    """Of one element."""
    with cpu_time(8):
        for count in (900, 100_000):
            attributes = " ".join(f'a{number}="1"' for number in range(count))
            with contextlib.suppress(NotElementsError):
                read_xml(f"<r>{f'<a {attributes}/>' * (100_000 // count)}</r>".encode(), None)


def test_very_many_prefixes(cpu_time: Any) -> None:
    """Each text that may be a name with a prefix is held against those that are declared: within a bound."""
    few = f"<r xmlns:a='u'>{'<x>a:y</x>' * 20_000}</r>"
    assert read_xml(few.encode(), None).children
    names = " ".join(f"xmlns:n{number}='u'" for number in range(900))
    with cpu_time(8), pytest.raises(NotElementsError):
        read_xml(f"<r {names}>{'<x>n1:y</x>' * 100_000}</r>".encode(), None)


@given(st.text("<>/ab= \"'&;!-[]?x\n", max_size=40) | st.binary(max_size=20))
def test_any_bytes(text: str | bytes) -> None:
    """They are read or refused, and are the same as themselves."""
    with contextlib.suppress(NotElementsError):
        assert differences(text, text) == []
