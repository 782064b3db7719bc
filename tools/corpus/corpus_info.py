"""crossfade corpus info."""

import dataclasses
import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Column, Table

from crossfade.parity_tests.corpus.contents import Contents, RouteContents, contents_of
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.reports.visible import visible
from crossfade.tools.output import emit, rendered


@click.command()
@click.argument("folder", metavar="CORPUS", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def corpus_info(folder: Path, *, as_json: bool) -> None:
    """Show what a corpus holds: sessions, and each route with its calls and what legacy answered.

    A request of which nothing was kept is never sent. A file that was uploaded is kept as other bytes; it is sent to
    both services, and not held against the recorded answer.

    \b
    Example:
      crossfade corpus info corpus
    """
    contents = contents_of(CorpusFolder(folder))
    if as_json:
        emit(json.dumps(dataclasses.asdict(contents)))
        return
    emit(rendered(lambda console: _draw(contents, console)))


def _draw(contents: Contents, console: Console) -> None:
    half = "" if contents.half == "all" else f", {contents.half} half"
    console.print(
        f"{contents.service}{half}: {contents.calls} calls of {len(contents.routes)} routes in {contents.sessions} "
        f"sessions, {contents.file_bytes / 1e6:.1f} MB",
        highlight=False,
        markup=False,
    )
    if contents.begun:
        console.print(f"{contents.begun} sessions are being recorded, or were cut off: their whole calls count")
    heads = ("route", "type", "calls", "writes", "legacy answered", "to know")
    table = Table(*(Column(head, no_wrap=True) for head in heads), box=None, pad_edge=False)
    for route in contents.routes:
        table.add_row(
            visible(route.route),
            route.call_type,
            str(route.calls),
            str(route.writes or ""),
            _statuses(route),
            _notes(route),
        )
    console.width = 2 * console.width  # a name that is cut is no name
    console.print(table, highlight=False, markup=False)


def _statuses(route: RouteContents) -> str:
    return ", ".join(f"{status} x{count}" for status, count in sorted(route.statuses.items()))


def _notes(route: RouteContents) -> str:
    notes = (
        (route.left, "left by the client"),
        (route.hidden, "not kept"),
        (route.cut, "answers not kept whole"),
        (route.scrambled, "with other bytes"),
    )
    return ", ".join(f"{count} {note}" for count, note in notes if count)
