"""What came together is told by signatures, and never where a bound of the evidence hides it."""

from typing import Any

from crossfade.reports.findings import Sightings


def test_only_with_another_one(found: Any) -> None:
    """Each time it was seen, one of the others was too; the others may come alone."""
    (status, body, header), seen = found.clusters(
        (5, ("value status", "value body")), (2, ("value status", "added header.x"))
    )
    assert seen.only_with(body, [status])
    assert seen.only_with(status, [body, header])
    assert not seen.only_with(status, [body])
    assert not seen.only_with(body, [])


def test_what_is_not_known_is_not_together(found: Any) -> None:
    """A sighting that no signature tells of may have been without the other one."""
    (status, body), seen = found.clusters((5, ("value status", "value body")))
    more = body.model_copy(update={"count": 6})
    assert not seen.only_with(more, [status])
    assert seen.key(more) not in {seen.key(status), seen.key(body)}
    assert seen.key(status) == seen.key(body)
    assert not Sightings({}, "GET /x").only_with(body, [status])


def test_requests_are_counted_once(found: Any) -> None:
    """A request with two of the clusters is one; where signatures are missing, a cluster's own count is the least."""
    (a, b, c), seen = found.clusters((5, ("value a", "value b")), (2, ("value b", "value c")), (1, ("value c",)))
    assert seen.any_of([a, b]) == 7
    assert seen.any_of([a, b, c]) == 8
    assert seen.together(a, b) == 5
    assert seen.together(a, c) == 0
    assert seen.any_of([a.model_copy(update={"count": 90})]) == 90
