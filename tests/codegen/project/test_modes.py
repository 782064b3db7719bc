"""The modes file, read as the generated service reads it."""

import pytest

from crossfade.codegen.project import ProjectError
from crossfade.codegen.project.modes import LEGACY, Mode, ModeKind, parse_modes

RPC = "ci.builds.v1.BuildService/GetBuild"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "LEGACY"),
        ("* = PORTED", "PORTED"),
        (f"{RPC}=COMPARE\n* = PORTED", "COMPARE"),
        (f"  {RPC}  =  CANARY 5%  # half of ten\r\n", "CANARY 5%"),
        (f"{RPC} = CANARY 0.25 %", "CANARY 0.25%"),
        (f"{RPC} = CANARY 100%", "CANARY 100%"),
        (f"{RPC} = PORTED_COMPARE", "PORTED_COMPARE"),
        (f"# {RPC} = PORTED", "LEGACY"),
        (f"lease = 10\n{RPC} = CANARY 5% leased", "CANARY 5% leased"),
        (f"{RPC} = CANARY 5% compare 0.5% leased", "CANARY 5% compare 0.5% leased"),
        (f"{RPC} = COMPARE  compare  100 %", "COMPARE"),
        (f"{RPC} = PORTED_COMPARE  leased # by a controller", "PORTED_COMPARE leased"),
        (f"generation = 7\nkey = header:x-user\nsalt = x\ntester = x-side\n{RPC} = PORTED", "PORTED"),
    ],
)
def test_a_mode(text: str, expected: str) -> None:
    """Of an RPC that is named, of the rest, with comments and blanks."""
    assert str(parse_modes(text, "here").of(RPC)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("PORTED", "here:1: expected package.Service/Method = MODE, got 'PORTED'"),
        ("\nService = PORTED", "here:2: expected package.Service/Method = MODE, got 'Service = PORTED'"),
        (f"{RPC} = ported", "here:1: expected LEGACY, COMPARE, CANARY p%, PORTED_COMPARE or PORTED, got 'ported'"),
        (
            f"{RPC} = COMPARE compare 101%",
            "here:1: expected LEGACY, COMPARE, CANARY p%, PORTED_COMPARE or PORTED, got 'COMPARE compare 101%'",
        ),
        (f"{RPC} = CANARY", "here:1: expected LEGACY, COMPARE, CANARY p%, PORTED_COMPARE or PORTED, got 'CANARY'"),
        (
            f"{RPC} = CANARY 101%",
            "here:1: expected LEGACY, COMPARE, CANARY p%, PORTED_COMPARE or PORTED, got 'CANARY 101%'",
        ),
        (
            f"{RPC} = CANARY \u0665%",
            "here:1: expected LEGACY, COMPARE, CANARY p%, PORTED_COMPARE or PORTED, got 'CANARY \u0665%'",
        ),
        (f"{RPC} = PORTED\n{RPC} = LEGACY", f"here:2: expected each RPC once, got {RPC} again"),
        ("* = PORTED\n* = PORTED", "here:2: expected each RPC once, got * again"),
    ],
)
def test_a_wrong_line(text: str, message: str) -> None:
    """Is named with its number."""
    with pytest.raises(ProjectError) as caught:
        parse_modes(text, "here")
    assert str(caught.value) == message


def test_what_is_not_named_is_legacy() -> None:
    """So that a new RPC is not served by a handler that nobody wrote."""
    assert parse_modes("", "here").rest == LEGACY == Mode(kind=ModeKind.LEGACY)
