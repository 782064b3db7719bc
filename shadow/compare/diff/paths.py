"""Names of places: JSON Pointer (RFC 6901) or XPath below ``body``, field paths below ``message``."""

import re
from dataclasses import dataclass

MAX_NAME_CHARS = 200
JSON_STEP, DEEP_STEP = "{json}", "{deep}"
"""Lead from a text into the JSON that it is, and to what lies too deep to have a path."""
MAX_NUMBERED = 8
"""Lines of a text, parts of a body, and elements of one name in HTML, that are kept apart; more may be a list."""
MAX_WORDS = 32
"""Words of a line that are kept apart."""
_SETS_NAME = re.compile(
    r"[ \t-]{0,40}([A-Za-z_][A-Za-z_.-]{0,60}+(?=[ \t]*+[:={])|[A-Za-z]+_[A-Za-z_]{1,60}+(?=[ \t]))"
)
_PLAIN_WORD = re.compile(r"[a-z]{1,40}(?:[-_]{1,2}[a-z]{1,40}){0,5}")

Context = tuple[str, str]
"""What stands before and behind a value in the text that it is a part of."""
_LOOKS_LIKE_VALUE = re.compile(
    r"\d+"
    r"|[0-9a-fA-F]{16,}"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|[0-9A-HJKMNP-TV-Z]{26}"  # a ULID
    r"|\d{4}-\d\d-\d\d.*"
    r"|[A-Za-z]+[-_:]\d{3,}"  # user-1234
    r"|[^@\s]+@[^@\s]+\.[^@\s]+"  # a mail address
    r"|.{65,}",
    re.DOTALL | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A concrete path and its template, in which indexes, keys that look like values and those of maps are ``*``.

    Both can be encoded as UTF-8: a lone surrogate in a key is written as its escape. A long key is cut in the path.
    """

    path: str
    template: str
    owner: str = ""
    """Names of what the value here belongs to, where the path lacks them: ``<input name="...">``."""
    context: tuple[Context, Context] | None = None
    """Where the two values here are words of two lines, what is around them."""

    @classmethod
    def at(cls, root: str) -> "Place":
        """A place whose path and template are the same."""
        text = _encodable(root)
        return cls(text, text)

    def key(self, name: str) -> "Place":
        """A JSON member."""
        escaped = _encodable(name).replace("~", "~0").replace("/", "~1")
        return Place(f"{self.path}/{_cut(escaped)}", f"{self.template}/{_generic(name, escaped)}")

    def element(self, index: int) -> "Place":
        """A JSON array element."""
        return Place(f"{self.path}/{index}", f"{self.template}/*")

    def field(self, name: str) -> "Place":
        """A message field."""
        return Place(f"{self.path}.{name}", f"{self.template}.{name}")

    def entry(self, key: str) -> "Place":
        """An entry of a map field, whose key is data."""
        return Place(f"{self.path}[{_cut(_encodable(key))}]", f"{self.template}[*]")

    def step(self, name: str, generic: str, owner: str) -> "Place":
        """An element or an attribute: the name with its number, and the name of all that are alike."""
        path, template = (_encodable(text).replace("/", "~1") for text in (name, generic))
        return Place(f"{self.path}/{_cut(path)}", f"{self.template}/{_cut(template)}", owner)

    def line(self, index: int, text: str = "") -> "Place":
        """A line of a text, counted from 1: the first are seldom alike, others are where they set the same name."""
        name = f"line[{index + 1}]"
        template = name if index < MAX_NUMBERED else _line_of(text)
        return Place(f"{self.path}/{name}", f"{self.template}/{template}", self.owner)

    def word(self, index: int) -> "Place":
        """A word of a line, counted from 1: the first ones are seldom alike."""
        name = f"word[{index + 1}]"
        return Place(f"{self.path}/{name}", f"{self.template}/{name if index < MAX_WORDS else 'word'}", self.owner)

    def word_of_set(self, word: str) -> "Place":
        """A word of a set; one with a digit or a capital may be generated."""
        name = word if _PLAIN_WORD.fullmatch(word) else "*"
        path = _cut(_encodable(word).replace("~", "~0").replace("/", "~1"))
        return Place(f"{self.path}/{path}", f"{self.template}/{name}", self.owner)

    def part(self, index: int) -> "Place":
        """A part of a body, counted from 1."""
        name = f"part[{index + 1}]"
        return Place(f"{self.path}/{name}", f"{self.template}/{name if index < MAX_NUMBERED else 'part'}")

    def json(self) -> "Place":
        """The JSON that a text here is."""
        return Place(f"{self.path}/{JSON_STEP}", f"{self.template}/{JSON_STEP}", self.owner)

    def deep(self) -> "Place":
        """What lies too deep below here to have a path."""
        return Place(f"{self.path}/{DEEP_STEP}", f"{self.template}/{DEEP_STEP}", self.owner)

    def item(self, index: int) -> "Place":
        """An element of a repeated field."""
        return Place(f"{self.path}[{index}]", f"{self.template}[*]")


def _line_of(text: str) -> str:
    """What all lines are called that begin as this one: ``amount: 5``, ``jobs_done{shard="1"} 7``."""
    match = _SETS_NAME.match(text)
    return "line" if match is None or looks_like_value(match[1]) else f"line[{match[1]}]"


def looks_like_value(name: str) -> bool:
    """Whether a key of an object or a map is data rather than a name: an id, a date, a mail address."""
    return _LOOKS_LIKE_VALUE.fullmatch(name) is not None


def generic_name(name: str) -> str:
    """A name, or ``*`` for one that is data."""
    return "*" if looks_like_value(name) else name


def _generic(name: str, text: str) -> str:
    return "*" if looks_like_value(name) else text


def _cut(text: str) -> str:
    return text if len(text) <= MAX_NAME_CHARS else f"{text[:MAX_NAME_CHARS]}…"


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
