"""One request held against rules; what is decided by it stands in the tests of the policy."""

import pytest

from crossfade.shadow.capture.sink import RequestHead
from crossfade.shadow.exchange import Headers, Protocol
from crossfade.shadow.routes.naming import RequestNames, exact_name
from crossfade.shadow.routes.patterns import Pattern
from crossfade.shadow.routes.templates import Templates

TEMPLATES = Templates(("GET /users/{id}", "HEAD /own"))


def _names(method: str, target: str, headers: Headers = (), protocol: Protocol = Protocol.HTTP) -> RequestNames:
    head = RequestHead(
        id="id", listener="web", protocol=protocol, method=method, target=target, headers=headers, at=0.0
    )
    return RequestNames(head, "web", TEMPLATES)


@pytest.mark.parametrize(
    ("method", "target", "name"),
    [
        ("GET", "/users/anna?x", "GET /users/{id}"),
        ("HEAD", "/users/anna", "HEAD /users/{id}"),
        ("HEAD", "/own", "HEAD /own"),
        ("POST", "/users/anna", "POST /users/anna"),
        ("GET", "//users/anna", "GET //users/anna"),
        ("GET", "/orders/7", "GET /orders/{id}"),
        ("OPTIONS", "*", "OPTIONS *"),
        ("GET", "/a" * 40, "GET " + "/a" * 40),
    ],
)
def test_the_name_of_a_route(method: str, target: str, name: str) -> None:
    """Its template, else what its path looks like; a path that is too deep is its own name."""
    assert exact_name(TEMPLATES, Protocol.HTTP, method, target) == name


def test_the_name_of_a_method() -> None:
    """The path behind its slash, as it stands."""
    assert exact_name(TEMPLATES, Protocol.GRPC, "POST", "/p.S/Get") == "p.S/Get"
    assert exact_name(TEMPLATES, Protocol.GRPC, "POST", "//p.S/Get?x") == "/p.S/Get?x"


@pytest.mark.parametrize(
    ("headers", "target", "methods"),
    [
        ((), "/a", {"GET"}),
        ((("X-HTTP-METHOD-OVERRIDE", " delete "),), "/a", {"GET", "DELETE"}),
        ((("x-http-method", "PUT"), ("X-Method-Override", "PATCH")), "/a", {"GET", "PUT", "PATCH"}),
        ((("x-http-method-overrides", "PUT"),), "/a", {"GET"}),
        ((), "/a?_method=put&_METHOD=%50ATCH", {"GET", "PUT", "PATCH"}),
        ((), "/a?x_method=put&method=put", {"GET"}),
        ((), "/a?%5Fm%65thod=put", {"GET", "PUT"}),
    ],
)
def test_methods(headers: Headers, target: str, methods: set[str]) -> None:
    """The one that was sent, and those by which a framework may serve it."""
    assert _names("GET", target, headers).methods == methods


def test_grpc_has_no_method() -> None:
    """Its requests are all POST, and metadata changes nothing of it."""
    names = _names("POST", "/p.S/Get", (("x-http-method", "PUT"), ("x-original-url", "/a")), Protocol.GRPC)
    assert names.methods == {""}
    assert names.matches_strictly(Pattern("p.S/Get"))
    assert not names.may_match(Pattern("a"))


def test_a_request_that_is_called_grpc() -> None:
    """It may be none, so a rule for its method and path keeps it back; none of HTTP allows it."""
    names = _names("POST", "/pay/7", (), Protocol.GRPC)
    assert names.may_match(Pattern("POST /pay/{id}"))
    assert names.may_match(Pattern("POST /PAY/*"))
    assert not names.may_match(Pattern("GET /pay/*"))
    assert not names.matches_strictly(Pattern("POST /pay/*"))


def test_who_allows_and_who_keeps_back() -> None:
    """As it stands and in every way to read it; in any way to read it."""
    pattern = Pattern("GET /users/*")
    found = {
        target: (_names("GET", target).matches_strictly(pattern), _names("GET", target).may_match(pattern))
        for target in ("/users/a", "/Users/a", "/users/../a", "/a/../users/a", "/a", "/users/a%2Fb", "/users/%2E%2E")
    }
    assert found == {
        "/users/a": (True, True),
        "/Users/a": (False, True),
        "/users/../a": (False, True),
        "/a/../users/a": (False, True),
        "/a": (False, False),
        "/users/a%2Fb": (True, True),
        "/users/%2E%2E": (False, True),
    }


def test_what_can_not_be_read() -> None:
    """Every rule that keeps back speaks of it, and none that allows."""
    for names in (
        _names("GET", "/users/" + "%2e" * 3000),
        _names("GET", "/users/a", tuple(("X-Original-URL", f"/{n}") for n in range(9))),
        _names("GET", "/users/a?" + "&".join(f"_method=M{n}" for n in range(9))),
    ):
        assert names.may_match(Pattern("POST /other"))
        assert not names.matches_strictly(Pattern("*"))


@pytest.mark.parametrize(("size", "is_read"), [(100, True), (3_000, False)])
def test_paths_in_fields(size: int, is_read: bool) -> None:
    """Those that are too long to try each way to read them may be any path, and are allowed nothing."""
    names = _names("GET", "/a", (("X-Original-URL", f"/b/{'c' * size}"),))
    other = Pattern("GET /other")
    assert names.may_match(other) is not is_read
    assert names.may_match(Pattern("GET /b/*"))
    assert not names.matches_strictly(Pattern("GET /a"))


def test_a_method_that_looks_like_a_port() -> None:
    """No rule that allows or ignores speaks of it: it came by another port than its first word says."""
    names = _names("internal GET", "/users/a")
    assert not names.matches_strictly(Pattern("internal GET /users/*"))
    assert not names.matches(Pattern("*"))
    assert names.may_match(Pattern("internal GET /users/*"))
