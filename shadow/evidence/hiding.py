"""What redacting a format needs from the redactor."""

from typing import Protocol


class Hiding(Protocol):
    """Gives what may be stored in place of a value."""

    def pseudonym(self, text: str) -> str:
        """Another text of the same format."""

    def number(self, text: str) -> str:
        """Another number of as many digits."""

    def text(self, text: str) -> str:
        """Free text without what patterns match."""

    def members(self, text: str) -> str:
        """Free text that may hold JSON or markup."""

    def is_secret(self, name: str) -> bool:
        """Whether values under this name are replaced as a whole."""
