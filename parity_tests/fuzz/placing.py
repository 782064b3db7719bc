"""Finds behind which listener an RPC or an HTTP route is served, by asking legacy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.fuzz.operations import Operation, call_operations, http_operation
from crossfade.parity_tests.fuzz.plans import Step
from crossfade.parity_tests.fuzz.requests import request_of
from crossfade.parity_tests.fuzz.trees import Fields
from crossfade.parity_tests.replay.pair import Pair
from crossfade.shadow.asking.call import terms_of
from crossfade.shadow.asking.exchange import reply_of
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_answer
from crossfade.shadow.exchange import Answer, Failure, FailureReason

_NOT_FOUND = 404
_NOBODY = Failure(reason=FailureReason.REFUSED, detail="not contacted", latency_ms=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Operations with the listener that serves them; ``nowhere``: RPC services and routes that no listener serves."""

    operations: tuple[Operation, ...]
    nowhere: tuple[str, ...]


async def placed(pair: Pair, contract: Contract | None, templates: Iterable[str]) -> Placed:
    """The methods of the contract and the HTTP routes, each behind one listener."""
    operations: list[Operation] = []
    nowhere: list[str] = []
    for service in () if contract is None else contract.services.values():
        found = await _service(pair, contract, service.full_name)
        operations += found
        if not found and service.methods:
            nowhere.append(service.full_name)
    spoken = [name for name in pair.sides if await _status(pair, http_operation("GET /", name)) is not None]
    for template in templates:
        listener = await _listener(pair, template, spoken)
        if listener is None:
            nowhere.append(template)
        else:
            operations.append(http_operation(template, listener))
    return Placed(operations=tuple(operations), nowhere=tuple(nowhere))


async def _service(pair: Pair, contract: Contract | None, service: str) -> tuple[Operation, ...]:
    for listener in pair.sides:
        methods = [item for item in call_operations(contract, listener) if item.key.partition("/")[0].endswith(service)]
        for probe in sorted(methods, key=lambda operation: operation.write)[:1]:
            if await _serves_calls(pair, probe, contract):
                return tuple(methods)
    return ()


async def _serves_calls(pair: Pair, operation: Operation, contract: Contract | None) -> bool:
    """Whether legacy knows the method: it ends with a gRPC status other than UNIMPLEMENTED."""
    answer = await _ask(pair, operation, contract)
    if answer is None:
        return False
    try:
        code = split_answer(answer).code
    except UndecodableError:
        return False
    return not code.startswith("HTTP ") and code != "UNIMPLEMENTED"


async def _listener(pair: Pair, template: str, spoken: Sequence[str]) -> str | None:
    """The one that speaks HTTP; of several the first that does not answer 404 to a read of such a path."""
    path = template.partition(" ")[2]
    for name in spoken if len(spoken) > 1 else ():
        if await _status(pair, http_operation(f"GET {path}", name)) not in {None, _NOT_FOUND}:
            return name
    return spoken[0] if spoken else None


async def _status(pair: Pair, operation: Operation) -> int | None:
    answer = await _ask(pair, operation, None)
    return None if answer is None else answer.status


async def _ask(pair: Pair, operation: Operation, contract: Contract | None) -> Answer | None:
    """What legacy alone answers to a call with nothing set."""
    legacy = pair.sides[operation.route.listener].legacy
    step = Step(operation.key, () if operation.is_streamed else (Fields(),))
    request = request_of(operation, step, lambda _: None, contract=contract, request_id="probe", now=0.0)
    call = Call(route=operation.route, request=request, reply=_NOBODY, write=operation.write)
    if legacy is None or not legacy.takes(request):
        return None
    reply = await reply_of(legacy, request, terms_of(pair.judge, call.route, write=call.write))
    return reply if isinstance(reply, Answer) else None
