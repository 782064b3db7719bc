"""What can be called."""

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.operations import call_operations, http_operation


def test_methods_of_a_contract(shop: Contract) -> None:
    """What is not declared to be safe may write."""
    found = {operation.route.route: operation for operation in call_operations(shop, "grpc")}
    assert not found["shop.v1.Shop/GetOrder"].write
    assert found["shop.v1.Shop/PlaceOrder"].write
    assert found["shop.v1.Shop/Upload"].is_streamed
    assert found["shop.v1.Shop/Upload"].key == "grpc shop.v1.Shop/Upload"
    assert call_operations(None, "grpc") == ()


def test_http_routes() -> None:
    """A route says by its method whether it writes."""
    operation = http_operation("POST /notes/{id}", "web")
    assert (operation.verb, operation.template, operation.write) == ("POST", "/notes/{id}", True)
    assert not http_operation("HEAD /notes", "web").write
