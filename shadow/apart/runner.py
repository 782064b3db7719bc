"""Does heavy jobs one after the other, and keeps the comparison of the last one. Pure.

What a judge remembers of routes (checks of noise, names of maps, how many proofs were made) it remembers here of heavy
comparisons alone.
"""

import pickle
from dataclasses import replace
from typing import Any, assert_never

from crossfade.shadow.apart.jobs import (
    Asked,
    Differs,
    DiffMessages,
    Failed,
    Job,
    MessagesDiffed,
    Observe,
    Read,
    ReadRequest,
    Record,
    Render,
    Resolve,
    ResolveAgain,
    Resolved,
    Setup,
    Trouble,
    changed,
)
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.bindings.excerpts import Excerpt, known_by, texts_of, texts_of_request
from crossfade.shadow.bindings.noting import noting
from crossfade.shadow.bindings.translation import Translation
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.errors import where
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.recording.noticing import Noticing
from crossfade.shadow.recording.redaction import ComparisonRedactor
from crossfade.shadow.recording.scribe import Scribe


class JobRunner:
    """Judges under the rules of one run."""

    def __init__(self, setup: Setup) -> None:
        self._contract = contract = setup.read_contract()
        self._judge = Judge(contract=contract, rules=setup.rules)
        again = Judge(contract=contract, rules=replace(setup.rules, units=None))
        redactor = setup.redactor
        self._noticing = Noticing(redactor, contract)
        self._scribe = None if redactor is None else Scribe(ComparisonRedactor(redactor, contract).events, again)
        self._held: Comparison | None = None

    def do(self, asked: Asked) -> Any:  # noqa: ANN401 - each job says what its answer is
        """The answer to a job, or ``Failed``."""
        try:
            if asked.comparison is not None:
                self._held = asked.comparison
            return self._request_job(asked.job)
        except MemoryError:
            self._held = None
            return Failed(trouble=Trouble.MEMORY, detail="")
        except Exception as error:  # noqa: BLE001 - a bug ends one comparison, not the process
            return Failed(trouble=Trouble.INTERNAL, detail=where(error))

    def _request_job(self, job: Job) -> Any:  # noqa: ANN401 - as above
        match job:
            case ReadRequest():
                return [pickle.dumps(part) for part in texts_of_request(job.request, self._contract)]
            case Render():
                return self._bindings(job.excerpt)[0].render(job.request, job.side)
            case _:
                if self._held is None:
                    raise RuntimeError("expected a comparison before a job about it, got none")
                return self._comparison_job(job, self._held)

    def _comparison_job(  # noqa: PLR0911 - one for each job
        self,
        job: Read | Resolve | ResolveAgain | Differs | Observe | Record | DiffMessages,
        held: Comparison,
    ) -> Any:  # noqa: ANN401 - as above
        match job:
            case Read():
                return [pickle.dumps(part) for part in texts_of(held, self._contract)]
            case Resolve():
                bindings, notes = self._bindings(job.excerpt)
                return self._changed(held, bindings.resolve(held, write=job.write), notes)
            case ResolveAgain():
                bindings, notes = self._bindings(job.excerpt)
                return self._changed(held, bindings.resolve_again(held), notes)
            case Differs():
                return self._judge.differs(held, job.route)
            case Observe():
                return self._judge.observe(held, job.route)
            case Record():
                self._noticing.values(job.secrets)
                self._noticing.comparison(held)
                return None if self._scribe is None else self._scribe.frame(held, job.route, job.result)
            case DiffMessages():
                return self._diff_messages(held, job)
        assert_never(job)

    def _diff_messages(self, held: Comparison, job: DiffMessages) -> MessagesDiffed:
        """The messages are learnt from and mapped one by one, as where they are compared as they come."""
        shared = Bindings(contract=self._contract, shared=True)
        bindings, notes = (shared, []) if job.excerpt is None else self._bindings(job.excerpt)
        method = None if self._contract is None else self._contract.methods.get(job.route.route)
        type_name = None if method is None else method.output_type
        translation = Translation(bindings, job.route.route, job.side, type_name, write=job.write)
        try:
            found, why = self._judge.diff_messages(held, job.route, job.first, translation), None
        except NotComparableError as error:
            found, why = (), error.reason
        return MessagesDiffed(differences=found, uncomparable=why, notes=tuple(notes))

    def _bindings(self, excerpt: Excerpt) -> tuple[Bindings, list[Any]]:
        known, notes = noting(known_by(excerpt))
        return Bindings(contract=self._contract, shared=False, known=known), notes

    def _changed(self, before: Comparison, after: Comparison, notes: list[Any]) -> Resolved:
        self._held = after
        return changed(before, after, tuple(notes))
