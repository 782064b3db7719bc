"""What the verbs share: their options, and the way to the controller and back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click
from msgspec import json

from crossfade.shadow.canary.control.status import Done, Order
from crossfade.shadow.canary.reading import Verb
from crossfade.shadow.config import load_config
from crossfade.tools.canary.reaching import client_of, this_person
from crossfade.tools.canary.status_text import route_line
from crossfade.tools.options import config_option
from crossfade.tools.output import emit

Command = Callable[..., Any]

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person typed behind a verb."""

    config_path: Path
    order: Order
    as_json: bool


def verb_options(command: Callable[..., None]) -> Command:
    """ROUTES, --reason, --actor, --config and --json, given to the command as one ``Asked``."""

    @wraps(command)
    def gather(
        *, config_path: Path, routes: str, reason: str, actor: str | None, as_json: bool, **others: bool
    ) -> None:
        order = Order(actor=actor or this_person(), reason=reason, routes=routes)
        command(Asked(config_path=config_path, order=order, as_json=as_json), **others)

    decorated: Command = gather
    for decorate in (
        json_option,
        config_option,
        click.option("--actor", help="Who asks; written into the journal.  [default: the user of the system]"),
        click.option("--reason", default="", help="Why; written into the journal."),
        click.argument("routes", default="*"),
    ):
        decorated = decorate(decorated)
    return decorated


def give(verb: Verb, asked: Asked) -> None:
    """Has the controller carry out a verb, and prints what came of it."""
    config = load_config(asked.config_path)
    tell(client_of(config, asked.config_path).order(verb, asked.order), as_json=asked.as_json)


def tell(done: Done, *, as_json: bool) -> None:
    """Prints the routes as they are now."""
    emit(json.encode(done).decode() if as_json else "\n".join(_lines(done)))


def _lines(done: Done) -> Iterator[str]:
    yield from done.unchanged
    yield from map(route_line, done.routes)
