"""What the seed put into the queue."""

PROJECTS = [("intl" if index == 7 else "team") + f"-{index:02d}" for index in range(40)]
BUILDS = 1600


def build_id(number):
    return f"b-{number:06d}"


# builds that only one step each changes, so that no other step can see it half done
TO_CANCEL, TO_LOG, TO_STORE = (
    [build_id(first + number) for number in range(700)] for first in (900_000, 910_000, 920_000)
)
