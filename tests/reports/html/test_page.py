"""The page: complete in itself, harmless whatever came, honest where there is nothing."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

import crossfade.reports.html
from crossfade.codegen.pitfalls import find_pitfall
from crossfade.reports.build import build_report
from crossfade.reports.html import to_html
from crossfade.reports.html.model import MAX_CARDS
from crossfade.reports.report import Report
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import SignatureCount

FOLDER = Path(next(iter(crossfade.reports.html.__path__)))
HOSTILE = [
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}",
    "</title></pre></td></table>",
    '"><img src=x onerror=alert(1)>',
    "'\" onmouseover=alert(1) x='",
    "<!--",
    "]]>&lt;&#0;&amp",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "https://evil.example/x.js",
]


def _rich(make: Any, **values: Any) -> Report:
    gate = GateSettings(routes=("p.v1.S/Get", "GET *", "POST *"))
    return build_report(make.rich_run(**values), gate=gate, accepted=(), now=make.started)


def test_structure(make: Any, tree: Any) -> None:
    """Every element is closed in its turn; verdict, what to fix first, routes and findings stand in the order of their weight."""
    page = tree(to_html(_rich(make)))
    assert (page.misnested, page.open) == ([], [])
    assert [heading.split("\n")[0] for heading in page.texts["h2"]] == [
        "What to fix first",
        "What became of every request",
        "Routes",
        "Open findings 2 (2 clusters)",
        "Accepted 0",
        "Noise 1 (1 cluster)",
    ]
    (title,) = page.texts["h1"]
    assert title == (
        "fail Refuted: 1 of 3 claimed routes diverges in more than 1 % of requests, at 95 % confidence. "
        "2 claims are not proven either way."
    )
    finds = [attributes["data-find"] for _, attributes in page.elements if "data-find" in attributes]
    assert [find.split(" ")[:2] for find in finds[:4]] == [
        ["p.v1.s/get", "fail"],
        ["get", "/few"],
        ["get", "/ok"],
        ["p.v1.s/watch", "not"],
    ]
    assert sum(tag == "article" for tag, _ in page.elements) == 3


def test_ids_are_unique_and_anchors_lead_somewhere(make: Any, tree: Any) -> None:
    """A link of the page leads to one place of the page."""
    elements = tree(to_html(_rich(make))).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    used = [
        attributes[name]
        for _, attributes in elements
        for name in ("href", "aria-labelledby", "for")
        if name in attributes
    ]
    assert used
    assert {target.removeprefix("#") for target in used} <= set(ids)


def test_figures_are_on_the_page(make: Any, tree: Any) -> None:
    """The figures of a route are those of the report, in words."""
    row = " ".join(" ".join(tree(to_html(_rich(make))).texts["tbody"]).split())
    for words in (
        "177 of 186 requests compared (95.1 %)",
        "95.1 % of the 186 eligible",
        "4 with a value that only legacy knows",
        "32 of 162 distinct",
        "at least 8.42 %",
        "8.42 % to 31.33 %, anytime-valid",
        "ratio 0.50\N{MULTIPLICATION SIGN} 1.50\N{MULTIPLICATION SIGN} 2.00\N{MULTIPLICATION SIGN}",
        "legacy 10 ms 20 ms 1.5 s",
        "candidate 5 ms 30 ms 33.3 ms",
        "The bound is not below the budget; with 0 divergent, 315 distinct are needed.",
        "not measured",
    ):
        assert words in row


def test_suspicious_and_undecided_have_their_own_section(make: Any, tell: Any, tree: Any) -> None:
    """Behind the open findings, with what their place tells; without such findings there is no such section."""
    rich = _rich(make)
    clusters = tuple(
        cluster.model_copy(update={"status": status, "route": "GET /x"})
        for cluster, status in zip(rich.clusters, ("open", "suspicious", "undecided"), strict=True)
    )
    flagged = tell.check("repeats", 40, 38, 0, flagged=True)
    places = (
        tell.place(clusters[1].path, clusters[1].kind, status="suspicious", checks=(flagged,)),
        tell.place(clusters[2].path, clusters[2].kind, status="undecided", more_pairs=60),
    )
    route = tell.route("GET /x", places=places, undecided=3)
    page = tree(to_html(tell.found_in(rich, routes=(route,), clusters=clusters, advice=("Do <this>",))))
    assert (page.misnested, page.open) == ([], [])
    assert [heading.split("\n")[0] for heading in page.texts["h2"]][3:6] == [
        "Open findings 1 (1 cluster)",
        "Suspicious although noisy 1 (1 cluster)",
        "Undecided 1 (1 cluster)",
    ]
    _, suspicious, undecided = page.texts["article"]
    assert "suspicious the same value for two requests, in 38 of 40 checks (the secondary in 0)" in suspicious
    assert "undecided legacy differed from itself in 5 requests; 60 more pairs decide it" in undecided
    (body,) = page.texts["tbody"]
    assert "3 more undecided" in body
    assert f"{clusters[2].path} ({clusters[2].kind}, 60 more pairs)" in body
    assert "Do <this>" in "".join(page.texts["p"])
    assert "Undecided" not in "".join(tree(to_html(rich)).texts["h2"])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(hostile_page: Any, tree: Any, text: str) -> None:
    """The same elements and attributes come out as for a harmless text, and the text can be read."""
    page, plain = tree(hostile_page(text)), tree(hostile_page("harmless"))
    assert page.misnested == []
    assert [(tag, sorted(attributes)) for tag, attributes in page.elements if tag != "mark"] == [
        (tag, sorted(attributes)) for tag, attributes in plain.elements if tag != "mark"
    ]
    assert f"body/{text}" in page.texts["h3"][0]
    assert text in page.texts["dd"]
    assert all(not tag.startswith("on") for _, attributes in page.elements for tag in attributes)


@pytest.mark.parametrize(
    "text", ["\u202eevil\u2066", "\x1b[2J\x00\x07", "\udc80\ud800", "a\u2028b\xa0c", "\ufeff\u200b"]
)
def test_what_is_unseen_is_shown(hostile_page: Any, text: str) -> None:
    """No character of the page acts or is unseen but its own line breaks; it can be written as UTF-8."""
    page = hostile_page(text)
    page.encode()
    assert set(page) & set(text) <= {char for char in text if char.isprintable()}
    assert {char for char in page if not char.isprintable()} == {"\n"}
    assert text.encode("unicode_escape").decode() in page


def test_nothing_is_loaded_and_nothing_else_may_run(make: Any, tree: Any, hostile_page: Any) -> None:
    """The policy allows this style and this script by their hashes; no element has an address or a handler."""
    for text in (to_html(_rich(make)), hostile_page("https://evil.example/")):
        page = tree(text)
        (policy,) = [a["content"] for tag, a in page.elements if tag == "meta" and a.get("http-equiv")]
        hashes = [
            base64.b64encode(hashlib.sha256(page.texts[tag][0].encode()).digest()).decode()
            for tag in ("style", "script")
        ]
        assert policy == (
            f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
            "base-uri 'none'; form-action 'none'"
        )
        assert not {tag for tag, _ in page.elements} & {
            "link",
            "img",
            "iframe",
            "object",
            "embed",
            "base",
            "form",
            "audio",
        }
        for _, attributes in page.elements:
            assert not set(attributes) & {"src", "style", "srcset", "action", "onclick", "ping"}
            assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in page.texts["style"][0]
    assert "@import" not in page.texts["style"][0]


def test_a_cause_has_code(make: Any, tree: Any) -> None:
    """Why and what to write stand on the card, with code as code."""
    mark = make.fingerprint(cause="A1")
    route = make.route(signatures={(mark,): SignatureCount(count=1, distinct=1)}, clusters=(make.cluster(mark),))
    page = tree(to_html(make.report(route)))
    entry = find_pitfall("A1")
    assert entry is not None
    card = page.texts["article"][0]
    assert entry.title in card
    assert entry.why.replace("`", "") in card
    assert entry.java_fix.replace("`", "") in card
    assert set(entry.java_fix.split("`")[1::2]) <= set(page.texts["code"])


def test_nothing_captured(make: Any) -> None:
    """An empty run says so, and proves nothing."""
    text = to_html(make.report())
    for words in (
        "Nothing is proven: no request was captured.",
        "No request was captured.",
        "No route was seen.",
        "Nothing was compared.",
    ):
        assert words in text
    assert ">pass<" not in text


def test_no_key_no_examples(make: Any) -> None:
    """Without examples the page says why, and what kind of difference it is."""
    mark = make.fingerprint(kind="missing")
    route = make.route(
        signatures={(mark,): SignatureCount(count=1, distinct=1)}, clusters=(make.cluster(mark, examples=()),)
    )
    text = to_html(make.report(route, examples_stored=False))
    assert "No examples are stored because there is no redaction key" in text
    assert "Legacy has it, the candidate does not." in text
    assert "No examples are stored" not in to_html(make.report(route))


def test_a_live_run_is_said_to_be_live(make: Any) -> None:
    """A run that has not ended has figures so far."""
    text = to_html(_rich(make, ended_at=None))
    assert "still running" in text
    assert "The run has not ended. These are its figures so far" in text
    assert "anytime-valid" in text


def test_the_page_is_bounded(make: Any) -> None:
    """Of many findings the first are shown, and the rest are counted."""
    marks = [make.fingerprint(f"body/{at}") for at in range(MAX_CARDS + 7)]
    seen = {(mark,): SignatureCount(count=1, distinct=1) for mark in marks}
    clusters = tuple(make.cluster(mark, examples=()) for mark in marks)
    text = to_html(make.report(make.route(signatures=seen, clusters=clusters)))
    assert text.count("<article") == MAX_CARDS
    assert "7 more are in the JSON report." in text


def test_the_same_report_gives_the_same_page(make: Any) -> None:
    """The page is a function of the report."""
    assert to_html(_rich(make)) == to_html(_rich(make))


def test_templates_are_small_and_hold_no_end_tags() -> None:
    """No template has more than 120 lines; style and script cannot end the element around them."""
    files = [path for path in FOLDER.iterdir() if path.suffix in {".html", ".css", ".js"}]
    assert {path.name for path in files} >= {"page.html", "routes.html", "findings.html", "page.css", "page.js"}
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 120, path.name
        assert path.suffix == ".html" or not re.search(r"</|<!--", text), path.name


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1])
def test_contrast(scheme: int) -> None:
    """Text has a contrast of 4.5 to 1 at least, light and dark (WCAG 2.2, 1.4.3)."""
    blocks = (FOLDER / "page.css").read_text(encoding="utf-8").split(":root {")[1:]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[scheme].split("}")[0]))
    pairs = [("ink", back) for back in ("bg", "card", "soft", "legacy", "candidate")]
    pairs += [(text, back) for text in ("quiet", "link") for back in ("bg", "card", "soft")]
    pairs += [(name, f"{name}-bg") for name in ("pass", "fail", "open", "suspect")]
    pairs += [(name, "card") for name in ("fail", "open", "legacy-ink", "candidate-ink")]
    pairs += [(name, "bg") for name in ("fail", "open")]
    for text, back in pairs:
        dark, light = sorted((_luminance(colours[text]), _luminance(colours[back])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, back)
