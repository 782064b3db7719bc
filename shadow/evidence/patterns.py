"""What is taken for a secret: names of values, and texts that look like one. Pure.

Texts may be cut: what begins like a secret at the very end of one is taken for it. Whole bodies of strangers go through
these patterns, so each takes time in proportion to the text, whatever the text is.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Names are compared without case, "-" and "_"; a value whose name holds one of these is redacted as a whole.
CREDENTIALS = (
    "authorization",
    "cookie",
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "session",
    "signature",
)
"""Names of what lets one in: those are looked for in all that passes, and known again wherever they stand."""
NAMES = (*CREDENTIALS, "email", "phone", "ssn", "iban", "cardnumber", "cvv")
# A page token is a place in a list; hiding it would hide why two pages differ.
NOT_SECRET = ("pagetoken", "nextpagetoken")
_SHORT_CHARS = 4  # a name of so few letters is found by chance where two words meet: class_name holds ssn
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z_-]+")


@dataclass(frozen=True, slots=True)
class Pattern:
    """``least_chars`` and one of ``parts`` are what a text must have for a match: most texts have none."""

    regex: re.Pattern[str]
    least_chars: int = 0
    parts: tuple[str, ...] = ()

    def may_match(self, text: str) -> bool:
        """False if there is certainly no match."""
        return len(text) >= self.least_chars and (not self.parts or any(part in text for part in self.parts))


def _pattern(regex: str, least_chars: int, *parts: str) -> Pattern:
    return Pattern(re.compile(regex), least_chars, parts)


CARD = _pattern(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)", 13)  # checked by Luhn
PATTERNS = (
    _pattern(  # mail addresses
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@(?:[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++|[A-Za-z0-9.-]*+(?=…?\Z))",
        2,
        "@",
    ),
    _pattern(r"(?<=://)[^\s/?#@:\"'<>]*+:[^\s/?#@\"'<>]++(?=@)", 6, "://"),  # who logs in where, in a URL
    _pattern(r"(?i:bearer|basic)\s++[A-Za-z0-9._~+/=-]{8,}+", 14),  # RFC 6750, RFC 7617
    _pattern(  # JSON web tokens
        r"(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-]*eyJ)[A-Za-z0-9_-]{11,}+\.[A-Za-z0-9_-]{8,}+(?:\.[A-Za-z0-9_-]*+)?",
        20,
        "eyJ",
    ),
    _pattern(r"(?:AKIA|ASIA)[A-Z0-9]{16}", 20, "AKIA", "ASIA"),  # cloud access keys
    CARD,
    _pattern(
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
        27,
        "-----BEGIN ",
    ),
)
NAMED = (
    _pattern(r"(?:^|[?&])(?P<name>[^=&?#\s\"]{1,100})=(?P<value>[^&#\s\"]*)", 3, "="),  # the query of a URL, a form
    # an XML element, its text or the CDATA in it
    _pattern(r"<(?P<name>[\w:.-]{1,100})[^<>]*>(?:\s*+<!\[CDATA\[)?(?P<value>[^<]*)", 4, "<"),
    # a field of a form in HTML or XML
    _pattern(
        r"\s(?:name|key|id)\s*=\s*[\"'](?P<name>[^\"'<>]{1,100})[\"']\s+value\s*=\s*[\"'](?P<value>[^\"']*)",
        12,
        "value",
    ),
    _pattern(r"\s(?P<name>[\w:.-]{1,100})\s*=\s*[\"'](?P<value>[^\"']*)", 4, "="),  # an XML attribute
    # a pair anywhere, as in a line of a log
    _pattern(r"(?<![\w:.-])(?P<name>[\w:.-]{1,100})=(?P<value>\"[^\"]*\"|'[^']*'|[^\s&;,\"'<>]+)", 3, "="),
    # a line of YAML or of header fields: all of it
    _pattern(
        r"(?:^|(?<=[\r\n]))[ \t]*+(?:-[ \t]++)?+(?P<name>[\w.-]{1,100}+)[ \t]*+:[ \t]++"
        r"(?P<value>[^\s\"'{\[|>&*][^\r\n]*)",
        4,
        ":",
    ),
    # a member of an object as Python, JavaScript or a log writes it; a text or a word
    _pattern(
        r"(?<![\w.-])(?P<name>[\w.-]{1,100}+)\\*+['\"]?+[ \t]*+:[ \t]*+"
        r"(?P<value>\"[^\"]*+\"?+|'[^']*+'?+|[^\s,;(){}\[\]\"'<>/]++)",
        3,
        ":",
    ),
    _pattern(r"(?:^|<)\?(?P<name>[\w:.-]{1,100}+)\s++(?P<value>[^?]++)", 4, "?"),  # an instruction in XML
    _pattern(r"!ENTITY\s++(?P<name>[\w:.-]{1,100}+)\s++(?P<value>\"[^\"]*+|'[^']*+)", 11, "!ENTITY"),
    # multipart/form-data, RFC 7578: the rest of a part's head, an empty line, the part
    _pattern(
        r"\bname\*?=[\"']?(?P<name>[^\"\r\n;]{1,100}+)[^\r\n]{0,999}+(?:\r?\n[^\r\n]{1,999}+){0,9}+\r?\n\r?\n"
        r"(?P<value>[\s\S]*?)(?=\r?\n--|\Z)",
        10,
        "name",
    ),
)
"""How free text names a value; the value is the end of the match."""
LINE = _pattern(r"(?m)^[ \t-]{0,99}+(?P<name>[\w.-]{1,100}+)[ \t]{0,9}+:[ \t]++(?P<value>[^\r\n]+)", 4, ":")
"""A line of YAML or of a file of properties; only in bodies, because messages to people look alike."""
# JSON in a text that json can't read as a whole, or quoted in another JSON: then its quotes are escaped.
QUOTED_NAME = re.compile(r'"((?:[^"\\]|\\.){1,100}?)\\*"\s*:\s*')
ITS_VALUE = re.compile(r'\\*"((?:[^"\\]|\\[\s\S])*)|[\[{][\s\S]*|[^\s,}\]]+')


def plain_name(name: str) -> str:
    """A name as names are compared."""
    return name.lower().replace("-", "").replace("_", "")


def holds_secret(name: str, secrets: Iterable[str]) -> bool:
    """Whether a name contains one of ``secrets``, which are plain names: what it names is then hidden."""
    plain = plain_name(name)
    if plain in NOT_SECRET:
        return False
    return any(secret in plain and (len(secret) > _SHORT_CHARS or _stands_in(name, secret)) for secret in secrets)


def is_card(text: str) -> bool:
    """ISO/IEC 7812-1: the check digit of card numbers."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _stands_in(name: str, secret: str) -> bool:
    """Whether it is within one word of the name, or begins where one begins."""
    words = [word.lower() for word in _WORD.findall(name)]
    return any(secret in word for word in words) or any(rest.startswith(secret) for rest in _rests(words))


def _rests(words: list[str]) -> Iterator[str]:
    return ("".join(words[start:]) for start in range(len(words)))
