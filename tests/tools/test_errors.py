"""Errors that are a person's to fix become one line and an exit code; faults of crossfade stay what they are."""

import pytest

from crossfade.codegen.contract import ContractError
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import EvidenceError
from crossfade.tools.errors import ExitCode, caught


def ending(error: BaseException) -> int:
    """The exit code of a command that raises this."""

    @caught
    def command() -> None:
        raise error

    with pytest.raises(SystemExit) as raised:
        command()
    assert isinstance(raised.value.code, int)
    return raised.value.code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ShadowError("x"), ExitCode.USAGE),
        (ShadowError("x", exit_code=4), ExitCode.INFRASTRUCTURE),
        (ContractError("x"), ExitCode.USAGE),
        (EvidenceError("x"), ExitCode.INFRASTRUCTURE),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
    ],
)
def test_one_line(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """One line on standard error, nothing on standard output."""
    assert ending(error) == code
    output, errors = capsys.readouterr()
    assert (output, errors) == ("", f"error: {error if str(error) else 'interrupted'}\n")


def test_a_fault_of_crossfade_is_not_hidden() -> None:
    """Any other error keeps its traceback."""

    @caught
    def command() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        command()


def test_what_a_command_returns(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is changed where nothing fails."""
    assert caught(lambda x, *, y: x + y)(1, y=2) == 3
    assert capsys.readouterr() == ("", "")


def test_exit_codes() -> None:
    """Divergence, and only divergence, is 1."""
    assert {code.name: int(code) for code in ExitCode} == {
        "PASS": 0,
        "FAIL": 1,
        "USAGE": 2,
        "INCONCLUSIVE": 3,
        "INFRASTRUCTURE": 4,
        "INTERRUPTED": 130,
    }
