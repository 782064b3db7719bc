"""The simulations of bench/verdict, small: what they simulate is what they say, and the quick way is the judge's."""

import random
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest


def test_the_stand_in_observes_as_the_judge_does(
    verdict: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On answers of all kinds, with second looks."""
    monkeypatch.setattr("sys.argv", ["same_as_judge.py", "--runs", "3"])
    assert verdict.same_as_judge.main() == 0, capsys.readouterr().out


@pytest.mark.parametrize("by_request", [False, True])
def test_two_answers_differ_at_the_rate_of_the_noise(verdict: SimpleNamespace, *, by_request: bool) -> None:
    """Whichever way it comes about."""
    world, rng = verdict.world.World(places=50, noise=0.1, by_request=by_request), random.Random(4)
    asked = [verdict.world.Asked(world, number, rng) for number in range(400)]
    differing = sum(len(verdict.world.differing(each.legacy(), each.secondary())) for each in asked)
    assert differing / (50 * 400) == pytest.approx(0.1, abs=0.01)


def test_a_steady_bug_is_in_the_same_requests_each_time(verdict: SimpleNamespace) -> None:
    """And one that is not steady is in others."""
    rng = random.Random(5)
    for steady in (True, False):
        bug = verdict.world.Bug(place=0, rate=0.5, steady=steady)
        asked = [verdict.world.Asked(verdict.world.World(places=1, noise=0, bug=bug), at, rng) for at in range(100)]
        assert all(each.candidate() == each.candidate() for each in asked) is steady


def test_a_run_that_was_cut_off_goes_on(verdict: SimpleNamespace, tmp_path: Path) -> None:
    """Jobs whose results are in the file are not done again."""
    todo = verdict.jobs.jobs([("a", 1), ("a", 2)], seed=1, runs=5, chunk=2)
    done = tmp_path / "done"
    first = verdict.jobs.run(_counted, todo[:4], processes=1, done=done)
    assert first == {("a", 1): Counter(runs=5), ("a", 2): Counter(runs=2)}
    assert verdict.jobs.run(_counted, todo, processes=1, done=done) == {
        ("a", 1): Counter(runs=5),
        ("a", 2): Counter(runs=5),
    }
    assert len(done.read_text().splitlines()) == len(todo)


def _counted(job: object) -> Counter[str]:
    return Counter(runs=job.runs)  # type: ignore[attr-defined]


def test_instances_of_the_shop_mint_values_of_their_own(verdict: SimpleNamespace) -> None:
    """Ids, ETags and tokens of two instances differ, and one does not take the other's."""
    shops = [verdict.shop.Shop(name) for name in ("legacy", "candidate")]
    for shop in shops:
        shop.register("Ann", "ann@example.test", "s")
    tokens = [shop.login("ann@example.test", "s")["access_token"] for shop in shops]
    orders = [shop.create(token, [], "") for shop, token in zip(shops, tokens, strict=True)]
    assert all(orders[0][name] != orders[1][name] for name in ("id", "customer_id", "etag"))
    with pytest.raises(verdict.shop.RefusedError):
        shops[0].me(tokens[1])
