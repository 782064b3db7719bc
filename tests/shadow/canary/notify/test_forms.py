"""The bodies of notifications."""

import json

from crossfade.shadow.canary.notify.forms import FORMS, cloud_event, slack
from crossfade.shadow.canary.notify.notice import Notice, NoticeKind
from crossfade.shadow.config.canary_settings import NotifyForm

NOTICE = Notice(
    key="builds:GET /b/{id}:7",
    kind=NoticeKind.ROLLBACK,
    route="GET /b/{id}",
    at=1.5,
    text="GET /b/{id}: rolled back: 9 errors > 2 & <b>",
    data={"errors": 9},
)


def test_every_form_of_the_config_is_written() -> None:
    """None is missing."""
    assert set(FORMS) == set(NotifyForm)


def test_slack_gets_one_text_with_its_three_letters_escaped() -> None:
    """Else a < begins a link."""
    content_type, body = slack(NOTICE, "builds")
    assert content_type == "application/json"
    assert json.loads(body) == {"text": "[builds] GET /b/{id}: rolled back: 9 errors &gt; 2 &amp; &lt;b&gt;"}


def test_a_cloud_event_has_all_that_1_0_requires() -> None:
    """Identity from source and id, a type, and the data."""
    content_type, body = cloud_event(NOTICE, "my builds")
    assert content_type.startswith("application/cloudevents+json")
    assert json.loads(body) == {
        "specversion": "1.0",
        "id": "builds:GET /b/{id}:7",
        "source": "/crossfade/my%20builds",
        "type": "crossfade.canary.rollback",
        "subject": "GET /b/{id}",
        "time": "1970-01-01T00:00:01.500Z",
        "datacontenttype": "application/json",
        "data": {"route": "GET /b/{id}", "text": NOTICE.text, "errors": 9},
    }


def test_a_route_with_a_lone_surrogate_is_still_written() -> None:
    """A route's name may be any text."""
    notice = Notice(key="k", kind=NoticeKind.STEP, route="GET /\udcff", at=0, text="\udcff")
    assert all(form(notice, "s")[1] for form in FORMS.values())
