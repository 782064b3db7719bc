"""What both commands share: the rules of a run are written and taken out, and what that changes is told."""

from typing import Any

import pytest

from crossfade.reports.accepting import Accepted
from crossfade.shadow.config import load_config
from crossfade.shadow.errors import ShadowError
from crossfade.tools.accepting import accept, unaccept
from crossfade.tools.evidence_view import report_of


def _ids(service: Any) -> list[str]:
    return [cluster.id for cluster in report_of(load_config(service.config), None).clusters]


def test_accepting_and_back(service: Any) -> None:
    """The same clusters change their status both ways."""
    service.diverged(3)
    there = accept(service.config, None, _ids(service), reason="agreed", expires=None)
    assert there.rules == (Accepted(route="GET /ok", path="body/a", kind="value"),)
    assert [cluster.status for cluster in there.changed] == ["accepted"]
    back = unaccept(service.config, None, _ids(service), None)
    assert back.rules == there.rules
    assert [cluster.status for cluster in back.changed] == ["open"]


def test_a_rule_by_hand_goes_with_all_that_it_matched(service: Any) -> None:
    """A wide glob that matches the cluster leaves as a whole; one that does not stays."""
    service.diverged(3)
    service.add('\n[[accept]]\nroute = "*"\npath = "*"\nreason = "all"\n')
    service.add('\n[[accept]]\nroute = "POST *"\npath = "*"\nreason = "other"\n')
    back = unaccept(service.config, None, _ids(service), None)
    assert [rule.route for rule in back.rules] == ["*"]
    assert [rule.route for rule in load_config(service.config).accept] == ["POST *"]


def test_an_old_run(service: Any) -> None:
    """The ids are those of the run that is named."""
    service.diverged(3, run_id="old", started_at=1.0)
    service.compared(3, run_id="new", started_at=2.0)
    (old,) = [cluster.id for cluster in report_of(load_config(service.config), "old").clusters]
    with pytest.raises(ShadowError, match="run new"):
        accept(service.config, None, [old], reason="agreed", expires=None)
    assert len(accept(service.config, "old", [old], reason="agreed", expires=None).changed) == 1


def test_a_config_with_a_mistake_is_not_touched(service: Any) -> None:
    """It is told as everywhere."""
    service.diverged(3)
    service.add("\n[nonsense]\n")
    before = service.config.read_bytes()
    with pytest.raises(ShadowError, match="nonsense"):
        accept(service.config, None, ["f-1"], reason="agreed", expires=None)
    assert service.config.read_bytes() == before
