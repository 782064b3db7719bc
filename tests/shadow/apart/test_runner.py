"""Jobs are done as they would be done at once, and a bug or a lack of memory is an answer."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.apart.jobs import (
    Asked,
    Differs,
    Failed,
    Job,
    Observe,
    Read,
    ReadRequest,
    Record,
    Render,
    Resolve,
    ResolveAgain,
    Setup,
    Trouble,
)
from crossfade.shadow.apart.runner import JobRunner
from crossfade.shadow.bindings.bindings import Bindings, Side
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.exchange import Again, Comparison
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.recording.records import result_of

ONE, TWO = (f"{digit * 8}-0a1b-4000-8000-0123456789ab" for digit in "12")


def asked(job: Job, comparison: Comparison | None = None) -> Asked:
    """A job with enough time."""
    return Asked(comparison=comparison, job=job, left_s=10.0)


def test_a_comparison_is_judged_as_at_once(
    setup: Setup, comparison_of: Callable[..., Comparison], route: RouteInfo, make: Any
) -> None:
    """What differs, and the verdict; the comparison is kept for the next job."""
    comparison = comparison_of(make.rows(50), make.rows(50, price=2.5))
    runner, judge = JobRunner(setup), Judge(contract=None)
    assert runner.do(asked(Differs(route=route), comparison)) == judge.differs(comparison, route)
    assert runner.do(asked(Observe(route=route))) == judge.observe(comparison, route)


def test_handles_are_resolved_with_an_excerpt(
    setup: Setup, comparison_of: Callable[..., Comparison], make: Any
) -> None:
    """The mapped answers and what was learnt come back; a request is rendered with it."""
    bindings = Bindings(contract=None, shared=False)
    made = comparison_of(
        b'{"id": "%s"}' % ONE.encode(), b'{"id": "%s"}' % TWO.encode(), request=make.request(body=b"{}")
    )
    runner = JobRunner(setup)
    (part,) = runner.do(asked(Read(), made))
    excerpt = bindings.excerpt(made.request, made.route, bindings.kept_of(pickle.loads(part)))
    resolved = runner.do(asked(Resolve(excerpt=excerpt, write=True)))
    assert resolved.of(made).candidate.body == made.legacy.body  # type: ignore[union-attr]
    bindings.take(resolved.notes)
    request = make.request(body=b'{"order_id": "%s"}' % ONE.encode())
    (part,) = runner.do(asked(ReadRequest(request=request)))
    excerpt = bindings.excerpt(request, "r", bindings.kept_of(pickle.loads(part)))
    rendered = runner.do(asked(Render(request=request, side=Side.CANDIDATE, excerpt=excerpt)))
    assert TWO.encode() in rendered.request.body


def test_a_second_look_is_resolved(setup: Setup, comparison_of: Callable[..., Comparison], make: Any) -> None:
    """Nothing comes back where nothing changed."""
    bindings = Bindings(contract=None, shared=False)
    again = Again(candidate=make.answer(b"{}"), secondary=make.answer(b"{}"))
    comparison = replace(comparison_of(b"{}", b"{}"), again=again)
    excerpt = bindings.excerpt(comparison.request, comparison.route, {})
    resolved = JobRunner(setup).do(asked(ResolveAgain(excerpt=excerpt), comparison))
    assert resolved.of(comparison) is comparison


def test_a_comparison_is_written_down(setup: Setup, comparison_of: Callable[..., Comparison], route: RouteInfo) -> None:
    """Redacted; without a key there is nothing to write."""
    comparison = comparison_of(b'{"password": "s3cr3t-s3cr3t"}', b"{}")
    result = result_of(Judge(contract=None).observe(comparison, route).observation)
    job = Record(route=route, result=result)
    frame = JobRunner(replace(setup, redactor=RememberingRedactor(b"k" * 32))).do(asked(job, comparison))
    assert frame.startswith(b"\x28\xb5\x2f\xfd")
    assert JobRunner(setup).do(asked(job, comparison)) is None


def test_the_contract_is_read_of_its_bytes(setup: Setup, contract: Contract) -> None:
    """With the methods that a person confirmed."""
    given = replace(setup, contract=contract.to_bytes(), confirmed=frozenset({"t.v1.Things/Get"}))
    read = given.read_contract()
    assert read is not None
    assert read.digest == contract.digest
    assert read.methods["t.v1.Things/Get"].safe


@pytest.mark.parametrize(("error", "trouble"), [(MemoryError, Trouble.MEMORY), (ValueError, Trouble.INTERNAL)])
def test_what_goes_wrong_is_an_answer(
    setup: Setup,
    comparison_of: Callable[..., Comparison],
    route: RouteInfo,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    trouble: Trouble,
) -> None:
    """With the line that raised it and no value; the next job is done."""

    def fail(*_: object) -> None:
        raise error("a secret")

    runner, comparison = JobRunner(setup), comparison_of(b"[1]", b"[2]")
    with monkeypatch.context() as patched:
        patched.setattr(Judge, "observe", fail)
        failed = runner.do(asked(Observe(route=route), comparison))
    assert isinstance(failed, Failed)
    assert failed.trouble is trouble
    assert "secret" not in failed.detail
    assert isinstance(runner.do(asked(Observe(route=route), comparison)).observation, Judged)


def test_a_job_about_nothing(setup: Setup, route: RouteInfo) -> None:
    """Is a bug of who asks."""
    assert isinstance(JobRunner(setup).do(asked(Observe(route=route))), Failed)
