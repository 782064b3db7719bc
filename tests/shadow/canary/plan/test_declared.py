"""What can be shifted: templates and methods, on the ports that carry them."""

from crossfade.codegen.contract import CallType, Method
from crossfade.shadow.canary.plan.declared import declared_routes


def _method(name: str, *, safe: bool) -> Method:
    return Method(
        full_name=name, input_type="a", output_type="b", call_type=CallType.UNARY, safe=safe, idempotent=safe, http=""
    )


METHODS = {"a.S/Get": _method("a.S/Get", safe=True), "a.S/Set": _method("a.S/Set", safe=False)}


def test_what_is_safe() -> None:
    """By the contract, or by the method of HTTP."""
    found = declared_routes(("GET /a", "POST /a"), METHODS, ("web",))
    assert [route.name for route in found if route.is_rpc] == ["a.S/Get", "a.S/Set"]
    assert {route.name: route.safe for route in found} == {
        "GET /a": True,
        "POST /a": False,
        "a.S/Get": True,
        "a.S/Set": False,
    }


def test_each_port_has_each_route() -> None:
    """Until traffic showed which carries it."""
    assert [route.key for route in declared_routes(("GET /a",), {}, ("x", "y"))] == ["x GET /a", "y GET /a"]
    assert [route.key for route in declared_routes(("GET /a",), {}, ("x", "y"), ["y GET /a"])] == ["y GET /a"]


def test_without_a_port() -> None:
    """A service that is only ingested has none."""
    assert [route.key for route in declared_routes(("GET /a",), {}, ())] == ["GET /a"]
