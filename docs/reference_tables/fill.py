"""Puts the generated tables into a page."""

import re
from collections.abc import Callable, Mapping

from reference_tables.alerts import alerts
from reference_tables.causes import causes
from reference_tables.commands import commands
from reference_tables.config import config_keys
from reference_tables.metrics import metrics
from reference_tables.report import report_records

_MARK = re.compile(r"^\*`make docs` puts a table here: (\w+)(?: (\S+))?\*$", re.MULTILINE)
_TABLES: Mapping[str, Callable[[str], str]] = {
    "alerts": alerts,
    "causes": causes,
    "commands": commands,
    "config": config_keys,
    "metrics": metrics,
    "report": report_records,
}


def fill(markdown: str) -> str:
    """The page with a table for each mark; without marks it is returned as it is.

    Raises: KeyError: a mark names a table, or a part of one, that does not exist.
    """
    return _MARK.sub(lambda match: _TABLES[match[1]](match[2] or "").rstrip("\n"), markdown)
