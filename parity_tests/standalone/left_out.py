"""What of the answers on a route exported tests do not check: noise, secrets, and what rules ignore or accept. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from crossfade.shadow.compare.diff.paths import Place
from crossfade.shadow.evidence.path_names import path_names
from crossfade.shadow.exchange.glob import glob


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """``paths`` are globs of templates; ``is_secret`` says it of a name, for which a recording holds a pseudonym."""

    paths: tuple[str, ...] = ()
    is_secret: Callable[[str], bool] = lambda _: False

    def has(self, place: Place) -> bool:
        """Whether a value is not checked."""
        return self.names(place.template) or any(map(self.is_secret, path_names(place.path)))

    def names(self, template: str) -> bool:
        """Whether a path matches a template."""
        return any(glob(path).matches(template) for path in self.paths)

    def is_in_text(self) -> bool:
        """Whether a part of the body is left out, which a body without structure can't be checked without."""
        return any(path.startswith(("body", "*")) for path in self.paths)
