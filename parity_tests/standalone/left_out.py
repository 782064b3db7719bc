"""What of the answers on a route exported tests do not check: noise, and what rules ignore or accept. Pure."""

from dataclasses import dataclass

from crossfade.shadow.exchange.glob import glob


@dataclass(frozen=True, slots=True)
class LeftOut:
    """``paths`` are globs of templates."""

    paths: tuple[str, ...] = ()

    def has(self, template: str) -> bool:
        """Whether the value at a template is not checked."""
        return any(glob(path).matches(template) for path in self.paths)

    def has_some_of_body(self) -> bool:
        """Whether a part of the body is left out, without which a text can't be checked."""
        return any(path.startswith(("body", "*")) for path in self.paths)
