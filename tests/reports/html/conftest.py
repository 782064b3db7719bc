"""Pages, and a parser that sees them as a browser does."""

from html.parser import HTMLParser
from typing import Any

import pytest

from crossfade.reports.html import to_html
from crossfade.shadow.evidence.records import SignatureCount

VOID = {"meta", "input", "rect", "path", "br"}


class Tree(HTMLParser):
    """Elements with attributes, the text of each kind of element, and whether every element is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.misnested: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.misnested.append(tag)

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag][-1] += data


@pytest.fixture
def tree() -> type[Tree]:
    """The parser."""
    return Tree


@pytest.fixture
def hostile_page(make: Any) -> Any:
    """A page in which a text stands in each place that traffic or a person can fill."""

    def page(text: str) -> str:
        request = make.example("", "").request
        sample = type(request)(protocol="http", method="POST", target=f"/{text}", headers=(("X-A", text),), body=text)
        mark = make.fingerprint(f"body/{text}")
        item = make.cluster(mark, examples=(make.example(text, f"{text} other", sample),) * 2)
        seen = {(mark,): SignatureCount(count=9, distinct=9)}
        route = make.route(f"GET /{text}", matched=1, signatures=seen, clusters=(item,))
        report = make.report(route, claimed=("*", f"POST /{text}"))
        builds = report.builds.model_copy(update={"legacy": text, "candidate": text})
        return to_html(report.model_copy(update={"service": text, "builds": builds, "engine": text}))

    return page
