"""What a handler may use beside its messages: an asynchronous shape, checks in front of it, cancellation, its peer."""

import contextlib
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

pytestmark = pytest.mark.java

Said = Callable[..., bytes]
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{}"
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(autouse=True)
def _all_ported(modes: Callable[[str], None], legacy: Any) -> None:  # noqa: ARG001 - legacy is cleared
    modes("* = PORTED\n")


def _message(jvm: Any, text: str, since: int = 0) -> Any:
    return jvm.wait(lambda event: event.get("message") == text, since=since)


@pytest.mark.parametrize("text", ["hello", "fail", "raise some text", "throw fail", "throw raise it", "not ported"])
def test_an_asynchronous_handler_answers_as_one_that_blocks(
    probe: Any, direct: grpc.Channel, through: grpc.Channel, said: Said, text: str
) -> None:
    """Its stage's value and failure, what it throws at once, and that it is not ported."""
    asked = text.removeprefix("throw ")
    expected, got = probe.ask(direct, "Get", [said(asked, 3)]), probe.ask(through, "Put", [said(text, 3)])
    assert got.unmarked() == expected
    assert got.served_by == ("legacy" if text == "not ported" else "candidate")


def test_what_a_stage_fails_with_is_unwrapped_and_what_is_thrown_is_not(
    probe: Any, through: grpc.Channel, said: Said
) -> None:
    """Stages wrap a failure by themselves; a handler that blocks and throws a CompletionException has meant it."""
    thrown, failed = (probe.ask(through, method, [said("wrapped")]) for method in ("Get", "Put"))
    assert thrown.code is grpc.StatusCode.UNKNOWN
    assert thrown.details.startswith("Exception calling application: io.grpc.StatusRuntimeException: NOT_FOUND")
    assert failed.code is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("text", ["hello", "raise at the end"])
def test_an_asynchronous_stream_answers_as_one_that_blocks(
    probe: Any, through: grpc.Channel, said: Said, text: str
) -> None:
    """Its messages in their order, and what its stage ends with."""
    expected, got = (probe.ask(through, method, [said(text, 50)]) for method in ("List", "PutList"))
    assert (got.messages, got.code, got.details) == (expected.messages, expected.code, expected.details)
    assert len(got.messages) == 50


def test_an_asynchronous_handler_without_a_stage_has_failed(start: Any, connect: Any, probe: Any, said: Said) -> None:
    """Its call ends, and its room is free again."""
    channel = connect(start(final=True, concurrency=1, waiting=0).ready().port)
    for _ in range(2):
        answer = probe.ask(channel, "PutList", [said("no stage")], timeout_s=10)
        assert answer.code is grpc.StatusCode.UNKNOWN
        assert "expected a stage" in answer.details
    assert probe.ask(channel, "Put", [said("x")]).code is grpc.StatusCode.OK


def test_asynchronous_handlers_are_bounded_as_others(start: Any, connect: Any, probe: Any, said: Said) -> None:
    """Two at once and one that waits: the fourth is refused, and the room is free again when they end."""
    channel = connect(start(final=True, concurrency=2, waiting=1).ready().port)
    calls = [probe.start(channel, "Put", iter([said("sleep 600")])) for _ in range(4)]
    codes = []
    for call, answers in calls:
        with contextlib.suppress(grpc.RpcError):
            list(answers)
        codes.append(call.code())
    assert sorted(code.name for code in codes) == ["OK", "OK", "OK", "RESOURCE_EXHAUSTED"]
    assert probe.ask(channel, "Put", [said("x")]).code is grpc.StatusCode.OK


def test_many_asynchronous_calls_share_few_threads(through: grpc.Channel, probe: Any, said: Said) -> None:
    """Forty calls that wait for half a second are over in one and a half, all on one thread of the handler's."""
    begun = time.monotonic()
    calls = [probe.start(through, "Put", iter([said("sleep 500")])) for _ in range(40)]
    assert [len(list(answers)) for _, answers in calls] == [1] * 40
    assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("method", ["Get", "Put", "List", "Sum", "Chat"])
def test_a_check_sees_typed_requests_before_the_handler(
    probe: Any, through: grpc.Channel, said: Said, method: str
) -> None:
    """Every shape of a handler, and in a stream each message."""
    answer = probe.ask(through, method, [said("invalid", 1)])
    assert (answer.code, answer.details) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        f"{method}: text: expected another",
    )
    if method == "Chat":
        answer = probe.ask(through, method, [said("fine"), said("invalid")])
        assert (len(answer.messages), answer.code) == (1, grpc.StatusCode.INVALID_ARGUMENT)


def test_the_end_of_a_call_is_told(probe: Any, strangler: Any, through: grpc.Channel, said: Said) -> None:
    """When the client leaves, and when its time is over; a task that fails stops no other."""
    call, _ = probe.start(through, "Get", iter([said("until cancelled one")]))
    time.sleep(0.3)
    call.cancel()
    _message(strangler, "told of the end of until cancelled one")
    _message(strangler, "told at once of until cancelled one")
    strangler.named("cancel_task.failed")
    probe.ask(through, "Get", [said("until cancelled two")], timeout_s=0.3)
    _message(strangler, "told of the end of until cancelled two")


def test_the_peer(probe: Any, through: grpc.Channel, direct: grpc.Channel, said: Said, messages: Any) -> None:
    """Its address as Python writes it; without TLS it has no name."""
    del direct
    text = messages.Said.FromString(probe.ask(through, "Get", [said("peer")]).messages[0]).text
    protocol, host, port = text.strip().split(":")
    assert (protocol, host) == ("ipv4", "127.0.0.1")
    assert 0 < int(port) < 65536


def test_the_name_of_a_peer_with_a_certificate(
    start: Any, certificates: Any, probe: Any, said: Said, messages: Any, tmp_path: Path
) -> None:
    """Its alternative names, or its common name where it has none, as grpcio tells a Python handler."""
    server, client, ca = (
        split(path.read_bytes()) for path in (certificates.server, certificates.client, certificates.ca)
    )
    files = {"tls_key": server[0], "tls_cert": server[1], "tls_client_ca": ca[1]}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    jvm = start(final=True, **{name: tmp_path / name for name in files}).ready()
    shown = grpc.ssl_channel_credentials(ca[1], private_key=client[0], certificate_chain=client[1])
    with grpc.secure_channel(f"localhost:{jvm.port}", shown) as channel:
        answer = probe.ask(channel, "Get", [said("peer")])
    address, *names = messages.Said.FromString(answer.messages[0]).text.split(" ")
    assert re.fullmatch(r"ipv4:127\.0\.0\.1:\d+", address)
    assert names == names_of(x509.load_pem_x509_certificate(client[1]))
    assert names != []


def split(pem: bytes) -> tuple[bytes, bytes]:
    """The key and the certificate in a file."""
    at = pem.index(b"-----BEGIN CERTIFICATE-----")
    return pem[:at], pem[at:]


def names_of(certificate: x509.Certificate) -> list[str]:
    """As gRPC tells them."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return [str(name.value) for name in names]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("::1", "ipv6:%5B::1%5D:7"),
        ("2001:db8::1:0:0:1", "ipv6:%5B2001:db8::1:0:0:1%5D:7"),
        ("2001:0:0:1::1", "ipv6:%5B2001:0:0:1::1%5D:7"),
        ("2001:db8:0:1:1:1:1:1", "ipv6:%5B2001:db8:0:1:1:1:1:1%5D:7"),
        ("::", "ipv6:%5B::%5D:7"),
        ("1::", "ipv6:%5B1::%5D:7"),
        ("10.1.2.3", "ipv4:10.1.2.3:7"),
        ("::ffff:10.1.2.3", "ipv4:10.1.2.3:7"),
    ],
)
def test_addresses_as_python_writes_them(peer_text: Callable[[str], str], address: str, expected: str) -> None:
    """The longest run of zeros is left out (RFC 5952), and brackets are escaped."""
    assert peer_text(address) == expected


def test_nothing_is_told_of_a_call_that_ends_well(
    probe: Any, strangler: Any, through: grpc.Channel, said: Said
) -> None:
    """A task for the case of an end before the answer is dropped with the answer."""
    since = len(strangler.events)
    assert probe.ask(through, "Get", [said("peer")]).code is grpc.StatusCode.OK
    _message(strangler, "asked for the peer", since=since)
    time.sleep(0.2)
    assert not [event for event in strangler.events[since:] if "an end that was none" in str(event)]


@pytest.fixture
def tracing(start: Any, legacy: Any, own_collector: Any, tmp_path: Path) -> Any:
    """A JVM with traces, of which none that begins here is recorded."""
    (tmp_path / "modes").write_text("* = PORTED\n")
    otlp = f"http://127.0.0.1:{own_collector.server_port}"
    target = f"127.0.0.1:{legacy.port}"
    return start(otlp=otlp, legacy=target, modes=tmp_path / "modes", traces_pct=0).ready()


def test_traces(probe: Any, tracing: Any, connect: Any, own_collector: Any, legacy: Any, said: Said) -> None:
    """A caller's trace goes on: its id is in the log, spans are exported where it is sampled, legacy hears of it."""
    channel = connect(tracing.port)
    for flags, count in (("00", 1), ("01", 2)):
        since = len(tracing.events)
        parent = (("traceparent", PARENT.format(flags)),)
        probe.ask(channel, "Get", [said("peer")], metadata=parent)
        line = _message(tracing, "asked for the peer", since=since)
        assert line["trace_id"] == TRACE
        assert line["span_id"] != "b7ad6b7169203331"
        probe.ask(channel, "Never", [said("x")], metadata=parent)
        passed = dict(legacy.of("Get")[count - 1].metadata)["traceparent"]
        assert passed.split("-")[1] == TRACE
        assert passed != parent[0][1]
    assert tracing.end() == 0  # what is left is sent
    spans = b"".join(body for path, body in own_collector.bodies if path == "/v1/traces")
    assert spans.count(b"Recv.probe.v1.Probe.Get") == 1  # that of the caller who records
