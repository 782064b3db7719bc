"""What a person can do about a corpus or a replay that does not work."""

from crossfade.shadow.errors import ShadowError


class ParityError(ShadowError):
    """A mistake in a corpus, or in how it is used: one line that names the place, what was expected, what to do."""
