"""Who gives what."""

from typing import Any

from hypothesis import find

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.answers import Given
from crossfade.parity_tests.fuzz.operations import Operation, call_operations
from crossfade.parity_tests.fuzz.plans import Step
from crossfade.parity_tests.fuzz.stage import Stage
from crossfade.parity_tests.fuzz.survey import Sources, survey
from crossfade.parity_tests.fuzz.trees import Fields, Ref
from crossfade.parity_tests.replay.pair import Pair


def test_a_service_is_learnt(notes: Any, with_pair: Any, operations: tuple[Operation, ...]) -> None:
    """What needs nothing gives to what needs an id."""

    async def learn(pair: Pair) -> Sources:
        return await survey(operations, None, Stage(pair, operations).give)

    sources = with_pair(learn, notes())
    assert [len(sources.chains[f"web {name}"]) for name in ("GET /notes", "GET /notes/{id}", "POST /notes")] == [
        1,
        2,
        1,
    ]
    slot = sources.slots("not", "id")
    assert slot is not None
    assert find(slot, lambda _: True) == Ref("web GET /notes", ("not", "id"), 0)
    assert sources.slots("not", "colour") is None


async def test_a_contract_alone(shop: Contract) -> None:
    """A list gives what a get needs, and a customer that a list may be asked for; reads are asked before writes."""
    asked: list[str] = []

    async def ask(chain: tuple[Step, ...]) -> Given:
        name = chain[-1].operation.rpartition("/")[2]
        asked.append(name)
        wants = chain[-1].inputs[0].get("id")
        if name == "ListOrders":
            return {("order", "id"): ("o1", "o2"), ("", "customer"): ("c",)}
        return {("", "customer"): ("c",)} if name == "GetOrder" and wants is not None else {}

    sources = await survey(call_operations(shop, "grpc"), shop, ask)
    assert asked[:2] == ["GetOrder", "ListOrders"]
    chain = sources.chains["grpc shop.v1.Shop/GetOrder"]
    assert [step.operation for step in chain] == ["grpc shop.v1.Shop/ListOrders", "grpc shop.v1.Shop/GetOrder"]
    assert chain[-1].inputs == (Fields((("id", Ref("grpc shop.v1.Shop/ListOrders", ("order", "id"), 0)),)),)
    assert "grpc shop.v1.Shop/PlaceOrder" not in sources.chains
