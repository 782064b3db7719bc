"""How the client's steps are gathered into visits."""

import itertools
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

VISITS = """
import json, random, sys
sys.path[0:0] = [sys.argv[1] + "/client", sys.argv[1]]
import plan
found = [plan.visits(random.Random(1), 30, of_one_route=of_one_route) for of_one_route in (False, True)]
print(json.dumps([[[step.route for step in visit] for visit in visits] for visits in found]))
"""


def test_a_visit_is_about_one_route_where_that_is_asked(example: Path, env: Mapping[str, str]) -> None:
    """The steps are the same; else each mixes routes."""
    done = subprocess.run(
        [sys.executable, "-c", VISITS, str(example)], capture_output=True, text=True, check=True, env=env
    )
    mixed, of_one = json.loads(done.stdout)
    assert sorted(itertools.chain(*mixed)) == sorted(itertools.chain(*of_one))
    assert {len(set(visit)) for visit in of_one} == {1}
    assert max(map(len, of_one)) == 4
    assert sum(len(set(visit)) > 1 for visit in mixed) > len(mixed) / 2
