"""HTML is read without loss: what a reader can tell apart is apart, and nothing costs more than its length."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.html_text import read_html
from crossfade.shadow.compare.decode.markup import MAX_DEPTH, MAX_MARKUP_BYTES, MAX_NODES, NotElementsError
from crossfade.shadow.compare.diff import Place, diff


def same(one: str, two: str) -> bool:
    """Whether two texts are the same, both ways round."""
    found = diff(read_html(one), read_html(two), Place.at("body"))
    assert bool(found) == bool(diff(read_html(two), read_html(one), Place.at("body")))
    return not found


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("<br>", "<BR/>"),
        ('<p class="a" id=b>x', "<P ID='b' CLASS=a>x</P>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li>\n  <li>b</li>\n</ul>"),
        ("<table><tr><td>1<td>2<tr><td>3</table>", "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>"),
        ("<select><option>a<option selected>b</select>", "<select><option>a</option><option selected=''>b</select>"),
        ("<p>a<div>b</div>", "<p>a</p><div>b</div>"),
        ("<div>\n  <p>a</p>\n</div>\n", "<div><p>a</p></div>"),
        ("<b>a</b> <i>b</i>", "<b>a</b>\n\t<i>b</i>"),
        ("<a title='&#x41;&amp;&eacute;'>", '<a title="A&#38;\u00e9">'),
        ("<p>&lt;&nbsp;&#39;", "<p>&#60;\u00a0'"),
        ("<input checked>", '<input checked="checked">'),
        ("<svg><path d='1'/></svg>", '<svg><path d="1"></path></svg>'),
        ("<!DOCTYPE  html>\n<p>", "<!doctype HTML><p>"),
        ("<head><script src=a></script>\n<link rel=x></head>", "<head><script src=a></script><link rel=x></head>"),
        ("<p>a<br>\nb", "<p>a<br>\nb</p>"),
    ],
)
def test_the_same(one: str, two: str) -> None:
    """Spelling, ends that may be left out, and blanks that no browser shows."""
    assert same(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("<b>a</b> <i>b</i>", "<b>a</b><i>b</i>"),
        ("<p>a b", "<p>a  b"),
        ("<label>a</label> <input>", "<label>a</label><input>"),
        ("<pre>a\n b</pre>", "<pre>a\n  b</pre>"),
        ("<pre><b> </b></pre>", "<pre><b>  </b></pre>"),
        ("<textarea>a</textarea>", "<textarea> a</textarea>"),
        ("<script>a<b</script>", "<script>a< b</script>"),
        ("<style>&amp;</style>", "<style>&</style>"),
        ("<p>a&nbsp;b", "<p>a b"),
        ("<a href='?a&copy=1'>", "<a href='?a\u00a9=1'>"),
        ("<tr><td>1</td></tr>", "<td>1</td>"),
        ("<tr><td>1</td></tr>", "1<p>"),
        ("<div/>x", "<div></div>x"),
        ("<p>a<div>b</div>c</p>", "<p>a</p><div>b</div>c"),
        ("<b><i>x</b></i>", "<b><i>x</i></b>"),
        ("<p>x</p></div>", "<p>x</p>"),
        ("<a href=1 href=2>", "<a href=1>"),
        ("<a href=1 href=2>", "<a href=2 href=1>"),
        ("<!-- a --><p>", "<!-- b --><p>"),
        ("<!--[if IE]><p>--><p>", "<p>"),
        ("<!doctype html><p>", "<p>"),
        ('<!doctype html public "a"><p>', "<!doctype html><p>"),
        ("<p>a</p>tail", "<p>atail"),
        ("<i>1</i><b>2</b>", "<b>2</b><i>1</i>"),
        ("<p title>", "<p>"),
        ("<p hidden>", "<p hidden=until-found>"),
        ("<x-a>1</x-a>", "<x-b>1</x-b>"),
        ("<template><p>a</template>", "<template><p>b</template>"),
        ("<h1>1</h1>", "<h2>1</h2>"),
        ("<p>a<?x?>", "<p>a"),
        ("<ul><a>1</a> <a>2</a></ul>", "<ul><a>1</a><a>2</a></ul>"),
        ("<b>a</b> <div hidden></div> <b>b</b>", "<b>a</b><div hidden></div><b>b</b>"),
        ("<b>a</b> <dialog></dialog> <b>b</b>", "<b>a</b><dialog></dialog><b>b</b>"),
        ("<i style='white-space:pre'> </i>", "<i style='white-space:pre'>  </i>"),
        ("<svg><title>&lt;b&gt;</title></svg>", "<svg><title><b></title></svg>"),
        ("<plaintext>&lt; b", "<plaintext>< b"),
        ("<a href='?a&notit;'>", "<a href='?a\u00acit;'>"),
        ("<marquee loop=3>", "<marquee loop=5>"),
        ("<x-a open=1>", "<x-a open=2>"),
        ("<a\u00a0b>", "<a b>"),
    ],
)
def test_not_the_same(one: str, two: str) -> None:
    """What a browser, or another reader, can tell apart."""
    assert not same(one, two)


def test_places() -> None:
    """XPath: a number from the second of one name on; of rows, items and many the template has none."""
    page = (
        "<!doctype html><body><form><input name=a><input name=b value=%d></form><table><tr><td>0<tr><td>1<td>%d</table>"
    )
    found = diff(read_html(page % (1, 1)), read_html(page % (2, 2)), Place.at("body"))
    assert [(item.path, item.template) for item in found] == [
        ("body/body/form/input[2]/@value", "body/body/form/input[2]/@value"),
        ("body/body/table/tr[2]/td[2]/text()", "body/body/table/tr/td[2]/text()"),
    ]
    many = "".join(f"<p>{number}</p>" for number in range(9))
    (item,) = diff(read_html(many), read_html(many.replace("7", "x")), Place.at("body"))
    assert (item.path, item.template, item.legacy, item.candidate) == ("body/p[8]/text()", "body/p/text()", "7", "x")


def test_elements_that_are_there_once() -> None:
    """A whole element is missing, added or another one; the others are still found."""
    found = diff(read_html("<p>a</p><b>c</b>"), read_html("<p>a</p><i>x</i><b>d</b>"), Place.at("body"))
    assert [(item.path, item.kind.value) for item in found] == [("body/b/text()", "value"), ("body/i", "added")]


def test_a_random_token_is_one_leaf_and_says_what_it_is_of() -> None:
    """So that it is noise by itself, and is hidden where its name says so."""
    form = '<form><input type=hidden name=csrf_token value="%s"><b>%d EUR</b></form>'
    found = diff(read_html(form % ("a1", 1)), read_html(form % ("b2", 2)), Place.at("body"))
    assert [(item.path, "csrf_token" in item.owner) for item in found] == [
        ("body/form/input/@value", True),
        ("body/form/b/text()/word[1]", False),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "<div>" * (MAX_DEPTH + 1),
        "<br>" * (MAX_NODES + 1),
        "x" * (MAX_MARKUP_BYTES + 1),
        '<a b="',
        "<a b'c>",
        "<p>a</p><img src=x",
        "<p>a</p><script>x()",
        "<p>a</p><script>x()</script",
        "<p>a</p><script>x()</script ",
    ],
    ids=lambda text: text[:9],
)
def test_beyond_the_bounds(text: str) -> None:
    """It is no structure, and is compared as text."""
    with pytest.raises(NotElementsError):
        read_html(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    [
        "<div>",
        "<a ",
        '<a "',
        "<!--",
        "<!-->",
        "<script>",
        "<a='",
        "</p>",
        "<b></p>",
        "<p>",
        "<li>",
        "<a b='>",
        "&a",
        "<",
        *("< ", "<div><select></div></select>", "<!doctype ", "&#", "</", "<svg/>", "<title>"),
    ],
)
def test_a_hostile_text_is_no_long_work(part: str, cpu_time: Any) -> None:
    """300 KB of anything cost no square."""
    for text in ((part * 300_000)[:300_000], "<b>" * 90 + (part * 300_000)[:300_000]):
        with cpu_time(8), contextlib.suppress(NotElementsError):
            read_html(text)


def test_very_many_attributes(cpu_time: Any) -> None:
    """Of one element."""
    with cpu_time(4):
        read_html("<a " + " ".join(f"a{number}=1" for number in range(100_000)) + ">")


_pieces = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<b>", "</b>", "<br/>", "<li>", "<ul>", "</ul>", "<!--", "-->", "<td>", "<tr>", "x"]
    )
    | st.sampled_from(
        [" ", "\n", "&amp;", "<a b='c'", ">", '"', "<script>", "</script>", "<pre>", "</", "<!doctype x>"]
    )
    | st.text(max_size=3),
    max_size=15,
).map("".join)


@given(_pieces)
def test_any_text_is_the_same_as_itself(text: str) -> None:
    """It is read or refused, and read twice it is the same."""
    with contextlib.suppress(NotElementsError):
        assert same(text, text)


@given(_pieces, st.sampled_from(["<i>", "</i>", "<u a=1>", "x", "<!--y-->"]), st.integers(0, 99))
def test_nothing_that_is_put_in_is_lost(text: str, more: str, at: int) -> None:
    """A tag, a text or a comment more is a difference, wherever it stands outside of tags and raw texts."""
    places = [index for index, char in enumerate(text) if char == "<"]
    if (
        not places
        or any(mark in text for mark in ("script", "<!", "'", '"', "</"))
        or text.count("<") != text.count(">")
    ):
        return
    place = places[at % len(places)]
    with contextlib.suppress(NotElementsError):
        assert not same(text, text[:place] + more + text[place:])
