"""What is secret in XML and HTML is replaced, and every other byte stays."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.html_text import read_html
from crossfade.shadow.compare.decode.xml_text import read_xml
from crossfade.shadow.evidence.markup import looks_like_markup, redact_markup
from crossfade.shadow.evidence.redact import Redactor

REDACTOR = Redactor(b"k" * 32)
SECRET = "hunter2Hunter2"
MAIL = "ann.smith@example.com"


@pytest.mark.parametrize(
    "text",
    [
        f"<user><password>{SECRET}</password></user>",
        f"<user><credentials><name>{SECRET}</name><x y='{SECRET}'/></credentials></user>",
        f"<a:password xmlns:a='u'>{SECRET}</a:password>",
        f'<user password="{SECRET}"/>',
        f"<user password={SECRET}>",
        f'<input type=hidden name="csrf_token" value="{SECRET}">',
        f'<input value="{SECRET}" name=password>',
        f'<meta name="csrf-token" content="{SECRET}">',
        f'<entry key="password">{SECRET}</entry>',
        f'<entry key="password"><v>{SECRET}</v></entry>',
        f'<property name="password" value="{SECRET}"></property>',
        f"<password><![CDATA[{SECRET}]]></password>",
        f"<password><!-- {SECRET} --></password>",
        f"<password><password>a</password>{SECRET}</password>",
        f"<secret id='{SECRET}'/>",
        f"<textarea name='api_key'>{SECRET}</textarea>",
        f"<p>password={SECRET}</p>",
        f"<script>var token = '{SECRET}';</script>",
        f'<script type="application/json">{{"password": "{SECRET}"}}</script>',
        f"<a href='/x?access_token={SECRET}'>x</a>",
        f"<!-- password={SECRET} -->",
        # cut, or not well formed
        f"<user><password>{SECRET}",
        f'<user password="{SECRET}',
        f'<input name="password" value="{SECRET}',
        f"<password>{SECRET}</user>",
        f"<password>a</PASSWORD>{SECRET}",
    ],
)
def test_secrets(text: str) -> None:
    """By the name of an element or an attribute, or by what an attribute says that the element is."""
    hidden = redact_markup(text, REDACTOR)
    assert SECRET not in hidden
    assert len(hidden) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "<user><name>Ann</name></user>",
        '<!DOCTYPE html><p class="a" >1 &lt; 2 &nbsp;</p ><br/><input name=q value=1 checked>',
        "<?xml version='1.0'?><a><![CDATA[x]]><!-- y --></a>",
        "<script>if (a < b && c > d) { x = '</p>' }</script>",
        "<password></password><b>after</b>",
        "<password/><b>after</b>",
        '<input name="password"><b>after</b>',
        "a < b",
        "<",
    ],
)
def test_what_is_not_secret_stays_as_it_was_written(text: str) -> None:
    """To the byte."""
    assert redact_markup(text, REDACTOR) == text


def test_patterns_are_found_everywhere() -> None:
    """In texts, attributes and comments, written with references or not."""
    for text in (f"<p>{MAIL}</p>", f"<a b='{MAIL}'>", f"<!-- {MAIL} -->", "<p>ann.smith&#64;example.com</p>"):
        assert "smith" not in redact_markup(text, REDACTOR)


def test_one_value_has_one_pseudonym() -> None:
    """However it is written, and the blanks around it are no part of it."""
    texts = (
        "<password>\n  a&amp;b&#x63;1 </password>",
        "<x password='a&amp;bc1'/>",
        "<password><![CDATA[a&bc1]]></password>",
    )
    hidden = REDACTOR.pseudonym("a&bc1")
    for text in texts:
        assert hidden in redact_markup(text, REDACTOR).replace("&amp;", "&")


def test_all_of_a_secret_place() -> None:
    """What stands under a secret name is hidden with all in it; tags stay."""
    hidden = redact_markup("<a id='x1'>abc<b/></a>", REDACTOR, secret=True)
    assert re.fullmatch(r"<a id='[a-z]\d'>[a-z]{3}<b/></a>", hidden)
    assert "abc" not in hidden


def test_what_was_well_formed_stays_so() -> None:
    """A recording is compared by structure again."""
    text = "<u><password a='&lt;1&quot;'>x&lt;y&amp;z</password><mail>ann@example.com</mail></u>"
    assert read_xml(redact_markup(text, REDACTOR).encode(), None).children
    assert read_html(redact_markup(text, REDACTOR)).children


@pytest.mark.parametrize(
    ("text", "expected"),
    [("<a>", True), (" \n<!--", True), ("<?xml", True), ("a<b>", False), ("<", False), ("< a", False)],
)
def test_what_looks_like_markup(text: str, *, expected: bool) -> None:
    """It begins with a tag."""
    assert looks_like_markup(text) is expected


@given(st.text("<>/ab=\"' !-[]&;?password", max_size=60), st.integers(0, 60))
def test_any_text(text: str, at: int) -> None:
    """Whatever is around a secret element, the secret is gone."""
    secret = f"<password>{SECRET}</password>"
    redact_markup(text, REDACTOR)
    inside = text[:at].replace("<", "").replace("'", "").replace('"', "").replace("=", "")
    assert SECRET not in redact_markup(inside + secret + text[at:], REDACTOR)


@pytest.mark.parametrize(
    "part", ["<a ", "<a b='", "<!--", "<![CDATA[", "<password>", "&", "<a b=", "</", "<a/b=", 'b="', "< ", "a=b "]
)
def test_a_hostile_text_is_no_long_work(part: str, cpu_time: Any) -> None:
    """64 KB of anything cost no square."""
    with cpu_time(4):
        redact_markup("<a " + (part * 65_536)[:65_536], REDACTOR)
        redact_markup((part * 65_536)[:65_536], REDACTOR)
