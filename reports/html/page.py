"""The page from its templates."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crossfade.reports.formats import Format, Lead
from crossfade.reports.html.model import page
from crossfade.reports.report import Report
from crossfade.reports.visible import visible

_FOLDER = Path(__file__).parent
_STYLES = ("page.css", "parts.css")
_SCRIPT = "page.js"


def to_html(report: Report, _: Lead | None = None) -> str:
    """One page, complete in itself: no link but to its own anchors, and a policy that allows its own style and script.

    A lead has no place on it.
    """
    style, script = _inlined(*_STYLES), _inlined(_SCRIPT)
    return (
        _environment()
        .get_template("page.html")
        .render(page=page(report), style=style, script=script, policy=_policy(style, script))
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )


def _shown(value: object) -> object:
    """Every text that a template prints is visible; markup is our own."""
    return visible(value) if type(value) is str else value


@cache
def _inlined(*names: str) -> Markup:
    """Our own files; they hold no end tag, so that nothing in them ends the element around them."""
    return Markup("".join((_FOLDER / name).read_text(encoding="utf-8") for name in names))  # noqa: S704 - our own


def _policy(style: str, script: str) -> str:
    """Content-Security-Policy Level 3: nothing but this very style and script, by hash; forms and frames nowhere."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


FORMAT = Format(suffix=".html", render=to_html)
