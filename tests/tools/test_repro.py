"""Where requests can be sent again, by the config."""

from pathlib import Path
from typing import Any

import pytest

from crossfade.reports.repro import Side
from crossfade.reports.repro.quote import Variable
from crossfade.shadow.config import load_config
from crossfade.shadow.evidence.contracts import keep_contract
from crossfade.shadow.exchange import Headers
from crossfade.shadow.exchange.observations import RequestSample
from crossfade.tools.repro import repro_settings

SENT = (("Accept", "*/*"), ("Authorization", "Bearer ~1"), ("Cookie", "a=b"))


def test_both_sides_of_each_port(service: Any) -> None:
    """With their addresses, and the files by which they are trusted."""
    text = service.config.read_text(encoding="utf-8").replace("[gate]", 'candidate_ca = "ca.pem"\n\n[gate]')
    service.config.write_text(text.replace("http://127.0.0.1:2", "https://127.0.0.1:2"), encoding="utf-8")
    (listener,) = repro_settings(load_config(service.config), "").listeners
    assert listener.name == "web"
    assert listener.legacy == Side(url="http://127.0.0.1:1")
    assert listener.candidate.url == "https://127.0.0.1:2"
    assert listener.candidate.ca.endswith("ca.pem")
    assert not listener.tls
    service.config.write_text(text.replace("[gate]", 'cert = "cert.pem"\n\n[gate]'), encoding="utf-8")
    (service.folder / "cert.pem").touch()
    (listener,) = repro_settings(load_config(service.config), "").listeners
    assert listener.tls


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("", ()),
        ('[contract]\nreflection = "127.0.0.1:1"\n', ()),
        ('[contract]\ndescriptor_set = "a.binpb"\n', ("-protoset", "a.binpb")),
        (
            '[contract]\nprotos = ["api/v1/a.proto", "b.proto"]\nincludes = ["api", "."]\n',
            ("-import-path", "api", "-import-path", ".", "-proto", "v1/a.proto", "-proto", "b.proto"),
        ),
        ('[contract]\nprotos = ["api/a.proto"]\n', ("-import-path", "api", "-proto", "a.proto")),
    ],
)
def test_what_the_config_names(service: Any, section: str, words: tuple[str, ...]) -> None:
    """For grpcurl; a server with reflection needs none."""
    service.add(f"\n{section}")
    (service.folder / "api" / "v1").mkdir(parents=True)
    for name in ("a.binpb", "b.proto", "api/a.proto", "api/v1/a.proto"):
        (service.folder / name).write_text("")
    found = repro_settings(load_config(service.config), "0f").schema
    assert tuple(_relative(word, service.folder) for word in found) == words


def _relative(word: str, folder: Path) -> str:
    path = Path(word)
    return str(path.relative_to(folder)) if path.is_absolute() else word


def test_what_was_kept_comes_first(service: Any) -> None:
    """The protos may have changed since."""
    service.add('\n[contract]\nreflection = "127.0.0.1:1"\n')
    config = load_config(service.config)
    keep_contract(config.evidence.dir, "0f", b"")
    assert repro_settings(config, "0f").schema == ("-protoset", str(config.evidence.dir / "contracts" / "0f.binpb"))
    assert repro_settings(config, "1f").schema == ()


def _sample(target: str = "/a", headers: Headers = SENT, protocol: str = "http") -> RequestSample:
    method = "POST" if protocol == "grpc" else "GET"
    return RequestSample(protocol=protocol, method=method, target=target, headers=headers, body="")


def _fields(service: Any, rules: str, contract_digest: str = "") -> Any:
    service.add(rules)
    (listener,) = repro_settings(load_config(service.config), contract_digest).listeners
    return listener.candidate_fields


def test_without_header_rules(service: Any) -> None:
    """The candidate gets what the client sent."""
    assert _fields(service, "") is None


def test_what_the_candidate_gets(service: Any) -> None:
    """Fields as the rules of the config make them; what is secret is a variable of the shell, which need not be set."""
    fields = _fields(
        service,
        """
[[mirror.header]]
name = "cookie"
action = "drop"
route = "GET /a"
[[mirror.header]]
name = "authorization"
action = "replace"
value_env = "SHADOW_TOKEN_THAT_IS_NOT_SET"
[[mirror.header]]
name = "x-api-key"
action = "replace"
value = "abc"
[[mirror.header]]
name = "x-*"
action = "replace"
value = "plain"
""",
    )
    sent = (*SENT, ("X-Api-Key", "1"), ("X-Tenant", "blue"))
    got = fields(_sample(headers=sent))
    assert got == (
        ("Accept", "*/*"),
        ("Authorization", "SHADOW_TOKEN_THAT_IS_NOT_SET"),
        ("X-Api-Key", "CANDIDATE_X_API_KEY"),
        ("X-Tenant", "plain"),
    )
    assert [isinstance(value, Variable) for _, value in got] == [False, True, True, False]
    assert ("Cookie", "a=b") in fields(_sample("/b", sent))


def test_a_rule_for_a_post_and_a_call_of_the_contract(service: Any) -> None:
    """It speaks of a call only where no contract knows the call, as it did when the request was mirrored."""
    rule = '[[mirror.header]]\nname = "cookie"\naction = "drop"\nroute = "POST /p.S/*"\n'
    call = _sample("/p.S/Get", protocol="grpc")
    assert ("Cookie", "a=b") not in _fields(service, rule)(call)
    assert ("Cookie", "a=b") in _fields(service, "", "0f")(call)
