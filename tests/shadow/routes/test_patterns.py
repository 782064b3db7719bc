"""Globs that name routes, as they stand and as they may be meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange.route import qualified
from crossfade.shadow.routes.patterns import (
    Pattern,
    Way,
    declared_templates,
    glob_matches,
    names_of,
    shields_of,
    unnamed,
)
from crossfade.shadow.routes.templates import Templates


@pytest.mark.parametrize(
    ("glob", "route", "listener", "spoken_of"),
    [
        ("GET /a", "GET /a", "", True),
        ("GET /a", "GET /a", "web", True),
        ("web GET /a", "GET /a", "web", True),
        ("web GET /a", "GET /a", "", False),
        ("web GET /a", "GET /a", "other", False),
        ("web *", "GET /a", "web", True),
        ("* /a", "GET /a", "web", True),
        ("GET /{id}", "GET /{name}", "", True),
        ("GET /{id}", "GET /a", "", False),
        ("GET /*/x", "GET /a/b/x", "", True),
        ("GET /[ab]", "GET /a", "", False),
        ("GET /[ab]", "GET /[ab]", "", True),
        ("GET /a", "get /a", "", False),
        ("p.S/*", "p.S/Get", "grpc", True),
        ("grpc p.S/*", "p.S/Get", "grpc", True),
        ("(other)", "(other)", "web", True),
    ],
)
def test_as_it_stands(glob: str, route: str, listener: str, spoken_of: bool) -> None:
    """By the name of a route, with or without that of its port."""
    assert glob_matches(glob, route, listener) is spoken_of
    assert Pattern(glob).matches(names_of(route, listener)) is spoken_of


@pytest.mark.parametrize(
    ("glob", "method", "path", "meant"),
    [
        ("GET /a", "GET", "/A", True),
        ("GET /A/", "GET", "/a", True),
        ("GET /a%20b", "GET", "/a b", True),
        ("GET //a", "GET", "/a", True),
        ("GET /", "GET", "/", True),
        ("GET /*", "GET", "/a/b", True),
        ("GET /a/*", "GET", "/a", False),
        ("GET /a/{x}/*", "GET", "/a/b/c", True),
        ("GET /a/{x}/*", "GET", "/a//c", False),
        ("GET /a/{x}", "GET", "/a/b", True),
        ("GET /a/{x}", "GET", "/a/b/c", False),
        ("GET /a/{x}", "POST", "/a/b", False),
        ("GET /a/{x}", "GET", "/a/special", False),
        ("GET /a/{x}", "GET", "/a/SPECIAL", True),
        ("web GET /a/{x}", "GET", "/a/b", True),
        ("other GET /a/{x}", "GET", "/a/b", False),
        ("get /a/{x}", "GET", "/a/b", True),
        ("p.S/Get", "", "/p.S/Get", True),
        ("p.S/Get", "POST", "/p.s/get", True),
        ("GET /caf\xe9", "GET", "/CAF\xc9", True),
    ],
)
def test_as_it_may_be_meant(glob: str, method: str, path: str, meant: bool) -> None:
    """Without letter case and a last slash; a parameter is any segment that no more special template has."""
    pattern = Pattern(glob, shields_of(("GET /a/special", "GET /{kind}/{x}")))
    assert pattern.may_mean(Way(method, frozenset({path, path.lower()}), "web")) is meant


_TEMPLATE_TEXT = st.lists(st.sampled_from(["a", "b", "{}"]), min_size=1, max_size=4).map("/".join)


@given(_TEMPLATE_TEXT, st.lists(_TEMPLATE_TEXT, max_size=5), _TEMPLATE_TEXT)
def test_a_path_belongs_to_the_most_special_template(own: str, others: list[str], asked: str) -> None:
    """One store of templates shields all patterns, as if each had been told of all others."""
    path = "/" + asked.replace("{}", "x")
    together = Templates([f"GET /{own}", *(f"GET /{other}" for other in others)])
    pattern = Pattern(f"GET /{own}", shields_of(f"GET /{other}" for other in others))
    if "{}" in own:
        meant = pattern.may_mean(Way("GET", frozenset({path}), ""))
        assert meant is (together.find("GET", path) == f"/{own}")


def test_names() -> None:
    """Of parameters they make no difference, and a port stands in front."""
    assert unnamed("GET /a/{id}/b/{c}") == "GET /a/{}/b/{}"
    assert unnamed("GET /a{id}/{x}y") == "GET /a{id}/{x}y"
    assert (qualified("GET /a", "web"), qualified("GET /a", "")) == ("web GET /a", "GET /a")
    assert names_of("GET /{id}", "web") == ("GET /{}", "web GET /{}")


def test_templates_among_globs() -> None:
    """What is no glob and no gRPC method."""
    globs = ("GET /a/{id}", "web POST /b", "GET /*", "p.S/Get", "*", "* /a", "(other)")
    assert declared_templates(globs) == ["GET /a/{id}", "POST /b"]


@given(st.text(st.sampled_from("GET /ab{}*?[]%2f.\\"), max_size=20))
def test_any_glob_means_itself(glob: str) -> None:
    """Whatever a config says is a glob, and none is refused by the engine of regular expressions."""
    assert glob_matches(glob, glob)
    assert isinstance(Pattern(glob).may_mean(Way("GET", frozenset({"/a"}), "")), bool)


def test_no_glob_is_slow() -> None:
    """Stars do not multiply: a matcher that tried them again would not come back from this."""
    pattern = Pattern("GET /" + "*a" * 20 + "*z")
    assert not pattern.may_mean(Way("GET", frozenset({"/" + "a" * 8000}), ""))
    assert not glob_matches("GET /" + "*a" * 20 + "*z", "GET /" + "a" * 8000)
