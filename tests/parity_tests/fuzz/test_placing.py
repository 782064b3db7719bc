"""Who serves what."""

from typing import Any

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.placing import placed
from crossfade.parity_tests.replay.pair import Pair


def test_routes_of_the_only_listener(notes: Any, with_pair: Any, shop: Contract) -> None:
    """HTTP routes are its; a gRPC service that it does not speak is nowhere, and told so."""

    async def place(pair: Pair) -> Any:
        return await placed(pair, shop, ["GET /notes", "POST /notes"])

    found = with_pair(place, notes())
    assert [item.key for item in found.operations] == ["web GET /notes", "web POST /notes"]
    assert found.nowhere == ("shop.v1.Shop",)
