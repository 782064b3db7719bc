"""Line ends and digests."""

import pytest

from crossfade.codegen.project.text import Ends, digest, ends_of, is_binary, same_text, to_lf, unified_diff, with_ends


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\nb\n", Ends.LF),
        (b"a\r\nb\r\n", Ends.CRLF),
        (b"a\r\nb\n", Ends.OTHER),
        (b"a", Ends.OTHER),
        (b"", Ends.OTHER),
        (b"\0\n", Ends.OTHER),
    ],
)
def test_ends(content: bytes, expected: Ends) -> None:
    """Alike or a mixture; bytes that are no text have none."""
    assert ends_of(content) is expected


def test_other_ends() -> None:
    """There and back is the same text; a mixture becomes uniform."""
    assert with_ends(b"a\nb", Ends.CRLF) == b"a\r\nb"
    assert with_ends(b"a\r\nb\n", Ends.CRLF) == b"a\r\nb\r\n"
    assert with_ends(b"a\r\nb\n", Ends.LF) == b"a\nb\n"
    assert with_ends(b"a\r\nb\n", Ends.OTHER) == b"a\r\nb\n"


def test_bytes_that_are_no_text_are_left_alone() -> None:
    """Two binary files that differ in a CR differ."""
    assert is_binary(b"\0")
    assert to_lf(b"\0\r\n") == b"\0\r\n"
    assert not same_text(b"\0\r\n", b"\0\n")
    assert same_text(b"a\r\n", b"a\n")
    assert not same_text(b"a\n", b"b\n")


def test_the_diff_leads_to_what_is_generated() -> None:
    """A person's line is taken away, the generated one comes."""
    diff = unified_diff("gen/A.java", b"one\nmine\n", b"one\ntheirs\n")
    assert diff.splitlines()[:2] == ["--- gen/A.java (changed by hand)", "+++ gen/A.java (generated)"]
    assert "-mine\n+theirs\n" in diff


def test_the_diff_of_what_has_none() -> None:
    """Binary files, bytes that are no UTF-8, and a file that is no longer generated."""
    assert unified_diff("a", b"\0", b"x").endswith("binary files differ\n")
    assert unified_diff("a", b"x", None).endswith("+++ a (no longer generated)\n")
    assert "-\\xff" in unified_diff("a", b"\xff", b"x")


def test_a_digest() -> None:
    """SHA-256 in hex."""
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
