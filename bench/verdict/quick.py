"""What the judge makes of the answers to one request, written from its rules once more, without making the answers.

It is a hundred times as fast; ``same_as_judge.py`` holds it against the judge.
"""

from looks import ROUTE, Looks, template
from world import differing

from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, MORE, Fingerprint, Signature
from crossfade.shadow.exchange.observations import Judged, Sighting

_KIND = "value"


def observed(looks: Looks) -> Judged:
    """The observation of one request; without checks, which look at values."""
    ours = differing(looks.legacy, looks.candidate)
    again = None if looks.candidate_again is None else differing(looks.legacy, looks.candidate_again)
    answers = [each for each in (looks.secondary, looks.secondary_again, looks.later) if each is not None]
    theirs = [differing(looks.legacy, each) for each in answers]
    signature, excused, drift, sightings = [], [], [], []
    for place in sorted(ours.union(again or (), *theirs)):
        values = [each.get(place) for each in answers]
        parted = any(place in each for each in theirs)
        settled = next((value for at, value in enumerate(values) if value in values[:at]), looks.legacy.get(place))
        is_drift = parted and settled != looks.legacy.get(place)
        wrong = place in ours and looks.candidate.get(place) != settled
        if place in ours:
            (drift if is_drift and not wrong else excused if parted and not is_drift else signature).append(place)
        sightings.append(
            Sighting(
                template=template(place),
                kind=_KIND,
                candidate=wrong,
                secondary=None if looks.secondary is None else place in theirs[0],
                candidate_again=None
                if again is None
                else place in again and looks.candidate_again.get(place) != settled,
                secondary_again=None if again is None else place in theirs[0 if looks.secondary is None else 1],
                drift=is_drift,
            )
        )
    return Judged(
        route=ROUTE,
        at=looks.at,
        request_hash=looks.number,
        signature=_signature(signature),
        noise=None if looks.secondary is None else _signature(sorted(theirs[0])),
        examples=(),
        legacy_ms=None,
        candidate_ms=None,
        excused=_signature(excused),
        drift=_signature(drift),
        sightings=tuple(sightings),
        asked_again=again is not None,
    )


def _signature(places: list[int]) -> Signature:
    found = [Fingerprint(template=template(place), kind=_KIND) for place in places]
    return tuple(found) if len(found) <= MAX_FINGERPRINTS else (*found[: MAX_FINGERPRINTS - 1], MORE)
