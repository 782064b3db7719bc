"""Text: case, white space, charsets, and the text of values (group C)."""

import re
import unicodedata

from crossfade.shadow.compare.causes.rule import Rule

_WORDS = re.compile(r"\b(?:True|False|None)\b")
_JAVA_WORDS = {"True": "true", "False": "false", "None": "null"}
_ENUM = re.compile(r"[A-Z][A-Za-z0-9]*(?:\.[A-Z][A-Za-z0-9]*)*\.([A-Z][A-Z0-9_]*)")
_BYTES = re.compile(r"b'([ -&(-\[\]-~]*)'|b\"([ -!#-\[\]-~]*)\"|b['\"].*['\"]", re.DOTALL)
_ARRAY = re.compile(r"\[+(?:[BCDFIJSZ]|L[\w.$]+;)@[0-9a-f]{1,8}")
_OBJECT = re.compile(r"(?:[a-z_][a-z0-9_]*\.)+[A-Z]\w*(?:\$\w+)*@[0-9a-f]{1,8}")
_QUOTED = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_BRACKETS = {"[": "]", "{": "}", "(": ")"}
_CAPITAL_WITHIN = re.compile(r"[^\W\d_][A-Z]")
_MIN_CAPITALS = 2
_LOST = "\ufffd"
_LAST_BMP = 0xFFFF
_MAX_NORMALISED = 500  # a long run of combining characters takes time in the square of its length
_PADS = frozenset(" .-_*0#=")


def _turkish(ours: str, theirs: str) -> bool:
    return theirs != ours == theirs.replace("\u0131", "i").replace("\u0130", "I")


def _python_words(ours: str, theirs: str) -> bool:
    return ours != theirs == _WORDS.sub(lambda match: _JAVA_WORDS[match[0]], ours)


def _collection_text(ours: str, theirs: str) -> bool:
    """The repr of a list, tuple or dict, written as Java's collections write themselves."""
    if ours == theirs or not ours or _BRACKETS.get(ours[0]) != ours[-1]:
        return False
    body = _QUOTED.sub(lambda match: match[1] or match[2] or "", ours).replace(": ", "=")
    java = _WORDS.sub(lambda match: _JAVA_WORDS[match[0]], body)
    if ours[0] == "(":
        java = f"[{java[1:-1].removesuffix(',')}]"
    return theirs == java


def _enum_name(ours: str, theirs: str) -> bool:
    match = _ENUM.fullmatch(ours)
    return match is not None and match[1] == theirs


def _bytes_text(ours: str, theirs: str) -> bool:
    """The repr of bytes; the candidate has the array's hash or the text itself."""
    match = _BYTES.fullmatch(ours)
    if match is None:
        return False
    return bool(_ARRAY.fullmatch(theirs)) or theirs == (match[1] if match[1] is not None else match[2])


def _object_text(ours: str, theirs: str) -> bool:
    """A class name with a hash, or the text of an Optional."""
    if theirs == f"Optional[{ours}]" or (theirs == "Optional.empty" and ours in {"None", "null", ""}):
        return True
    found = _ARRAY.fullmatch(theirs) or _OBJECT.fullmatch(theirs)
    return bool(found) and not _ARRAY.fullmatch(ours) and not _OBJECT.fullmatch(ours)


def _quoted_key(ours: str, theirs: str) -> bool:
    return theirs != "" and ours == f"'{theirs}'"


def _capitalised(ours: str, theirs: str) -> bool:
    """Legacy's other letters became small, several capitals within words too. One may be a name's: McDonald."""
    if ours[:1] != theirs[:1] or theirs.isupper() or not _CAPITAL_WITHIN.search(theirs):
        return False
    if sum(char.isupper() for char in theirs[1:]) < _MIN_CAPITALS:
        return False
    return ours == theirs.capitalize() and ours.casefold() == theirs.casefold()


def _unstripped(ours: str, theirs: str) -> bool:
    """The candidate kept space that Python strips and Java does not, or lost control characters that Python keeps."""
    if ours == theirs:
        return False
    if ours == theirs.strip():
        return not _around(ours, theirs).isascii()
    lost = _around(theirs, ours)
    return bool(lost) and theirs == ours.strip("".join(map(chr, range(33)))) and not lost.isspace()


def _around(inner: str, outer: str) -> str:
    """What stands around a text in a longer one; "" where it is not in it."""
    if not inner:
        return ""
    before, found, after = outer.partition(inner)
    return before + after if found else ""


def _line_ends(ours: str, theirs: str) -> bool:
    return ours != theirs and ours.replace("\r\n", "\n") == theirs.replace("\r\n", "\n")


def _normal_form(ours: str, theirs: str) -> bool:
    if ours == theirs or max(len(ours), len(theirs)) > _MAX_NORMALISED or (ours.isascii() and theirs.isascii()):
        return False
    return unicodedata.normalize("NFC", ours) == unicodedata.normalize("NFC", theirs)


def _apostrophe(ours: str, theirs: str) -> bool:
    return ours != theirs == ours.replace("&#x27;", "&#39;")


def _bad_bytes(ours: str, theirs: str) -> bool:
    """Both replaced bad bytes, each in its own number."""
    if ours == theirs or _LOST not in ours or _LOST not in theirs:
        return False
    return re.sub(f"{_LOST}+", _LOST, ours) == re.sub(f"{_LOST}+", _LOST, theirs)


def _other_charset(ours: str, theirs: str) -> bool:
    """Legacy's UTF-8 read in a charset of one byte per character."""
    if ours.isascii():
        return False
    encoded = ours.encode("utf-8", "surrogatepass")
    readings = (encoded.decode(charset, "replace") for charset in ("latin-1", "cp1252", "ascii"))
    return theirs in readings


def _question_marks(ours: str, theirs: str) -> bool:
    """What a charset lacks became ``?``. A cut emoji at the end looks the same, and then no cause is named."""
    if ours == theirs or ours.isascii() or "?" not in theirs or _cut_at(ours, theirs):
        return False
    return theirs in {ours.encode(charset, "replace").decode(charset) for charset in ("ascii", "latin-1")}


def _cut_in_pair(ours: str, theirs: str) -> bool:
    """Cut to as many UTF-16 units as legacy has code points, through the middle of a pair."""
    if not _cut_at(ours, theirs):
        return False
    whole = theirs[:-1]
    return theirs[-1] != "?" or any(ord(char) > 0xFF for char in whole)  # noqa: PLR2004 - the end of Latin-1


def _cut_at(ours: str, theirs: str) -> bool:
    if not theirs or not ours.startswith(theirs[:-1]) or len(ours) < len(theirs):
        return False
    whole, last = theirs[:-1], theirs[-1]
    beyond = ord(ours[len(whole)])
    half = last in {"?", _LOST} or 0xD800 <= ord(last) < 0xDC00  # noqa: PLR2004 - a high surrogate
    return beyond > _LAST_BMP and half and len(whole) + _beyond_bmp(whole) + 1 == len(ours)


def _beyond_bmp(text: str) -> int:
    return sum(ord(char) > _LAST_BMP for char in text)


def _padded_less(ours: str, theirs: str) -> bool:
    """The same text, with one character of padding less for each one beyond U+FFFF."""
    missing = len(ours) - len(theirs)
    if missing <= 0 or not ours or (ours[0] not in _PADS and ours[-1] not in _PADS):
        return False
    if ours.endswith(ours[-1] * missing) and ours[-1] in _PADS and ours[:-missing] == theirs:
        return _beyond_bmp(ours) == missing
    return (
        ours[0] in _PADS
        and ours.startswith(ours[0] * missing)
        and ours[missing:] == theirs
        and (_beyond_bmp(ours) == missing)
    )


TEXT_RULES: tuple[Rule[str, str], ...] = (
    Rule(cause="C17", fits=_collection_text),
    Rule(cause="C16", fits=_python_words),
    Rule(cause="C19", fits=_enum_name),
    Rule(cause="C20", fits=_bytes_text),
    Rule(cause="C18", fits=_object_text),
    Rule(cause="C21", fits=_quoted_key),
    Rule(cause="C7", fits=_turkish),
    Rule(cause="C28", fits=_normal_form),
    Rule(cause="C29", fits=_apostrophe),
    Rule(cause="C30", fits=_line_ends),
    Rule(cause="C26", fits=_other_charset),
    Rule(cause="C24", fits=_bad_bytes),
    Rule(cause="C2", fits=_cut_in_pair),
    Rule(cause="C25", fits=_question_marks),
    Rule(cause="C31", fits=_padded_less),
    Rule(cause="C9", fits=_unstripped),
    Rule(cause="C8", fits=_capitalised),
)
