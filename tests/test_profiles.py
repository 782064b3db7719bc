"""How properties are tested: by a person, in CI, and for hours."""

from hypothesis import settings

PROFILES = {name: settings.get_profile(name) for name in ("dev", "ci", "soak")}


def test_only_ci_repeats_itself() -> None:
    """The same examples at each run there; elsewhere each run looks for new ones."""
    assert {name: profile.derandomize for name, profile in PROFILES.items()} == {
        "dev": False,
        "ci": True,
        "soak": False,
    }


def test_a_failure_can_be_repeated() -> None:
    """Every profile prints what reproduces it, and none fails because the machine is busy."""
    assert {(profile.print_blob, profile.deadline) for profile in PROFILES.values()} == {(True, None)}


def test_soak_looks_longer() -> None:
    """Twenty times as many examples, where a property does not set its own number."""
    assert PROFILES["soak"].max_examples == 20 * PROFILES["dev"].max_examples
