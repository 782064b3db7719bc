"""What a kind of ids is called, by the names of the places at which they stand. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from crossfade.shadow.bindings.edges import Place, place_text
from crossfade.shadow.bindings.names import ANY, Part, is_id_name, words_of
from crossfade.shadow.bindings.scopes import is_id_site

_HISSING = ("sses", "xes", "zes", "ches", "shes")


def names_of(kinds: Mapping[Place, Place], chosen: Mapping[Place, Place]) -> dict[Place, str]:
    """What each kind of ``chosen`` (a kind for each consumer) is called: as most of its places say.

    ``kinds`` has the kinds of producers. Where two would have one name, the later ones get a number.
    """
    words: dict[Place, Counter[str]] = defaultdict(Counter)
    fields: dict[Place, Counter[str]] = defaultdict(Counter)
    wanted = set(chosen.values())
    for place, kind in (*kinds.items(), *chosen.items()):
        if word := word_for(place):
            words[kind][word] += 1
    for place, kind in kinds.items():
        fields[kind][place.site.name or "value"] += 1
    names: dict[Place, str] = {}
    taken: Counter[str] = Counter()
    for kind in sorted(wanted, key=place_text):
        name = _usual(words[kind] or fields[kind])
        taken[name] += 1
        names[kind] = name if taken[name] == 1 else f"{name}_{taken[name]}"
    return names


def _usual(said: "Counter[str]") -> str:
    return min(said, key=lambda word: (-said[word], word))


def word_for(place: Place) -> str:
    """What the ids at a place belong to, as one word in the singular; "" where its name does not say it."""
    site = place.site
    if not is_id_site(site):
        return ""
    if site.part is Part.PATH:
        return singular(site.name)
    words = words_of(site.name)[:-1]
    if words:
        return singular("_".join(words))
    owner = site.owner if site.part is Part.BODY else ""
    return singular(owner if owner and not is_id_name(owner) else _about(place.endpoint))


def singular(word: str) -> str:
    """The singular of a word, as most words have it."""
    lower = "_".join(words_of(word))
    if lower.endswith("ies"):
        return f"{lower[:-3]}y"
    if lower.endswith(_HISSING):
        return lower[:-2]
    return lower[:-1] if lower.endswith("s") and not lower.endswith(("ss", "us", "is")) else lower


def _about(endpoint: str) -> str:
    """The collection of a path, or what is behind the verb in the name of a call."""
    _, mark, path = endpoint.partition(" /")
    if mark:
        return next((part for part in reversed(path.split("/")) if part and part != ANY), "")
    words = words_of(endpoint.rpartition("/")[2])
    return "_".join(words[1:] or words)
