"""Start and end of the server, its health and description, its settings, TLS."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from crossfade.shadow.capture.mitmproxy.forwarded import describe

pytestmark = pytest.mark.java

Said = Callable[..., bytes]
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


def _health(channel: grpc.Channel, service: str = "") -> int:
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check", response_deserializer=health_pb2.HealthCheckResponse.FromString
    )
    answer = check(health_pb2.HealthCheckRequest(service=service).SerializeToString(), timeout=5)
    status: int = answer.status
    return status


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_health_is_told_for_the_server_and_each_service(through: grpc.Channel) -> None:
    """Readiness under "" and the service's name, liveness under its own."""
    assert [_health(through, name) for name in ("", "probe.v1.Probe", "liveness")] == [SERVING] * 3


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_the_server_describes_itself(through: grpc.Channel, version: str) -> None:
    """Its services and the file of the contract, to clients of both versions."""
    method = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
    info = through.stream_stream(method, response_deserializer=reflection_pb2.ServerReflectionResponse.FromString)
    asks = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="probe.v1.Probe"),
    ]
    services, file = info(iter([ask.SerializeToString() for ask in asks]), timeout=5)
    assert "probe.v1.Probe" in {service.name for service in services.list_services_response.service}
    assert b"probe.proto" in file.file_descriptor_response.file_descriptor_proto[0]


def test_metrics_have_the_names_of_grpc_and_the_mode(
    probe: Any, modes: Callable[[str], None], through: grpc.Channel, collector: Any, said: Said
) -> None:
    """What grpcio-observability calls them on the Python side; and a name that a client made up is no label."""
    modes("* = LEGACY\nprobe.v1.Probe/Get = PORTED\n")
    since = len(collector.bodies)
    for method in ("Get", "List", "/made.up/Name"):
        probe.ask(through, method, [said("x", 1)])

    def sent() -> bytes:
        return b"".join(body for _, body in collector.bodies[since:])

    wanted = [b"grpc.server.call.duration", b"grpc.client.attempt.duration", b"crossfade.server.call.duration"]
    wanted += [b"crossfade.mode", b"PORTED", b"LEGACY", b"crossfade.served_by", b"probe.v1.Probe/Get", b"service.name"]
    _until(lambda: all(name in sent() for name in wanted))
    assert b"made.up" not in sent()
    assert {path for path, _ in collector.bodies} == {"/v1/metrics"}


def test_the_path_is_warm_before_the_server_is_ready(strangler: Any) -> None:
    """Health checks went through a forwarder first."""
    events = [event.get("event") for event in strangler.events]
    ready = next(i for i, event in enumerate(strangler.events) if event.get("ready") is True)
    assert events.index("warmup.ended") < ready
    assert strangler.events[events.index("warmup.ended")]["calls"] > 0


def test_readiness_follows_legacy_while_an_rpc_needs_it(
    start: Any, new_legacy: Any, connect: Any, tmp_path: Path, probe: Any, said: Said
) -> None:
    """Legacy ends: not ready; legacy is back: ready; nobody needs it: ready without it. It never stops being alive."""
    legacy = new_legacy()
    modes = tmp_path / "modes"
    modes.write_text("* = LEGACY\n")
    jvm = start(legacy=f"127.0.0.1:{legacy.port}", modes=modes, modes_poll_s=0.02, concurrency=2, waiting=1).ready()
    channel = connect(jvm.port)
    legacy.stop()
    _until(lambda: _health(channel) == NOT_SERVING)
    assert _health(channel, "liveness") == SERVING
    answer = probe.ask(channel, "Get", [said("x")])
    assert (answer.code, answer.served_by) == (grpc.StatusCode.UNAVAILABLE, "legacy")
    again = new_legacy(port=legacy.port)
    _until(lambda: _health(channel) == SERVING)
    assert probe.ask(channel, "Get", [said("x")]).code is grpc.StatusCode.OK
    again.stop()
    _until(lambda: _health(channel) == NOT_SERVING)
    since = len(jvm.events)
    modes.write_text("* = PORTED\nprobe.v1.Probe/Never = PORTED\n")
    jvm.named("modes.changed", since=since)
    assert _health(channel) == NOT_SERVING  # Never has no handler
    assert probe.ask(channel, "Get", [said("x")]).served_by == "candidate"
    _more_calls_than_there_is_room_for(probe, channel, said)
    assert jvm.end() == 0


def _more_calls_than_there_is_room_for(probe: Any, channel: grpc.Channel, said: Said) -> None:
    """Two run, one waits, and the fourth is refused in grpcio's words."""
    calls = [probe.start(channel, "Get", iter([said("sleep 800")])) for _ in range(4)]
    answers = [probe.ended(call, list(_received(received))) for call, received in calls]
    refused = [answer for answer in answers if answer.code is not grpc.StatusCode.OK]
    assert [(answer.code, answer.details) for answer in refused] == [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "Concurrent RPC limit exceeded!")
    ]


def _received(messages: Any) -> Any:
    try:
        yield from messages
    except grpc.RpcError:
        return


def test_sigterm_lets_calls_end(start: Any, legacy: Any, connect: Any, probe: Any, said: Said, tmp_path: Path) -> None:
    """Health says no at once, a call in the pause is taken, what runs may end, what does not end is cut."""
    modes = tmp_path / "modes"
    modes.write_text("probe.v1.Probe/Put = PORTED\n")
    jvm = start(legacy=f"127.0.0.1:{legacy.port}", modes=modes, drain_pause_s=0.6, drain_s=1.5).ready()
    channel = connect(jvm.port)
    watch = channel.unary_stream(
        "/grpc.health.v1.Health/Watch", response_deserializer=health_pb2.HealthCheckResponse.FromString
    )
    states = watch(health_pb2.HealthCheckRequest().SerializeToString())
    assert next(states).status == SERVING
    feed = probe.Feed()
    short, short_answers = probe.start(channel, "Put", iter([said("sleep 1200")]))
    endless, endless_answers = probe.start(channel, "Chat", iter(feed))
    feed.put(said("x"))
    next(endless_answers)
    jvm.process.terminate()
    assert next(states).status == NOT_SERVING
    states.cancel()
    assert probe.ask(channel, "Get", [said("x")]).code is grpc.StatusCode.OK
    assert probe.ended(short, list(short_answers)).code is grpc.StatusCode.OK
    assert probe.ended(endless, list(_received(endless_answers))).code is not grpc.StatusCode.OK
    feed.close()
    assert jvm.wait_end() == 143  # one call was cut: that is no clean end
    assert jvm.named("drain.ended")["all_calls_ended"] is False


def test_what_remains_when_all_is_ported_needs_no_legacy(start: Any, connect: Any, probe: Any, said: Said) -> None:
    """The final form: handlers alone, no mark, and no more than they know."""
    jvm = start(final=True).ready()
    channel = connect(jvm.port)
    assert _health(channel) == SERVING
    answers = {method: probe.ask(channel, method, [said("x", 1)]) for method in ("Get", "List", "Sum", "Chat", "Put")}
    assert {answer.code for answer in answers.values()} == {grpc.StatusCode.OK}
    assert {answer.served_by for answer in answers.values()} == {None}
    for method in ("Later", "Never"):
        assert probe.ask(channel, method, [said("x")]).code is grpc.StatusCode.UNIMPLEMENTED
    assert jvm.end() == 0


def test_what_remains_compiles_without_the_rest(build: Path, remaining: list[Path], tmp_path: Path) -> None:
    """No file of it names Strangler.java or the package strangler, and javac has nothing to say."""
    flags = ["--release", "17", "-Xlint:all,-classfile,-processing", "-Werror", "-d", str(tmp_path)]
    command = ["javac", *flags, "-cp", f"{build / 'target/lib'}/*", *map(str, remaining)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_settings_that_are_wrong_are_told_all_at_once(start: Any) -> None:
    """One line for each, with what was expected, and no stack trace."""
    jvm = start(port="http", concurrency=0, tls_cert="/nowhere", drain_s="soon", reflection="maybe")
    assert jvm.wait_end() == 1
    text = "\n".join(event.get("text", "") for event in jvm.events)
    for line in (
        "CROSSFADE_PORT: expected a whole number from 0 to 65535, got http",
        "CROSSFADE_CONCURRENCY: expected a whole number from 1 to 100000, got 0",
        "CROSSFADE_TLS_CERT: expected a readable file, got /nowhere",
        "CROSSFADE_TLS_KEY: expected a file, because the other half of the pair is set, got nothing",
        "CROSSFADE_DRAIN_S: expected seconds, 0 or more, got soon",
        "CROSSFADE_REFLECTION: expected true or false, got maybe",
    ):
        assert line in text
    assert "\tat " not in text


def test_the_address_of_legacy_is_needed(start: Any) -> None:
    """And its certificates only with TLS."""
    jvm = start(legacy_cert="/etc/hosts", ingest="nowhere")
    assert jvm.wait_end() == 1
    text = "\n".join(event.get("text", "") for event in jvm.events)
    assert "CROSSFADE_LEGACY: expected the address of the legacy service, host:port, got nothing" in text
    assert "CROSSFADE_LEGACY_TLS: expected true, because a certificate for it is set, got false" in text
    assert "CROSSFADE_INGEST: expected host:port or unix:/path, got nowhere" in text


def test_a_port_that_is_taken_ends_the_process(start: Any, strangler: Any) -> None:
    """One line says which; nothing that runs in the background keeps it alive."""
    for variable, settings in (("PORT", {"port": strangler.port}), ("HEALTH_PORT", {"health_port": strangler.port})):
        jvm = start(legacy="127.0.0.1:1", **settings)
        assert jvm.wait_end() == 1
        text = "\n".join(event.get("text", "") for event in jvm.events)
        assert f"CROSSFADE_{variable}: expected a free port, got {strangler.port} (" in text
        assert "\tat " not in text


@pytest.mark.parametrize(
    ("legacy", "host"),
    [
        *((name, "") for name in ("localhost", "127.0.0.1", "127.0.0.2", "[::1]", "0.0.0.0", "[::]", "127.1")),
        *((f"dns:///{name}", "") for name in ("localhost", "127.0.0.1", socket.gethostname())),
        ("[0:0::1]", ""),
        ("[::ffff:127.0.0.1]", ""),
        ("ipv4:127.0.0.1", ""),
        ("ipv6:[::1]", ""),
        (socket.gethostname(), ""),
        ("localhost", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
    ],
)
def test_a_legacy_that_is_the_service_itself(own_address: Any, legacy: str, host: str) -> None:
    """Each call would go round for ever: refused, however it is spelt."""
    assert own_address(f"{legacy}:50051", host, 50051)


@pytest.mark.parametrize(
    ("legacy", "host", "port"),
    [
        ("localhost:50052", "", 50051),
        ("192.0.2.1:50051", "", 50051),
        ("dns:///no-such-name.invalid:50051", "", 50051),
        ("127.0.0.2:50051", "127.0.0.1", 50051),
        ("unix:/run/legacy.sock", "", 50051),
        ("localhost:0", "", 50051),
    ],
)
def test_a_legacy_that_is_another(own_address: Any, legacy: str, host: str, port: int) -> None:
    """Another port, another machine, or a name that nobody knows yet."""
    assert not own_address(legacy, host, port)


def test_a_service_in_front_of_itself_does_not_start(start: Any) -> None:
    """One line, before anything listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    jvm = start(legacy=f"localhost:{port}", port=port)
    assert jvm.wait_end() == 1
    text = "\n".join(event.get("text", "") for event in jvm.events)
    assert f"CROSSFADE_LEGACY: expected an address other than this service's own, got localhost:{port}" in text


def test_health_of_legacy(start: Any, new_legacy: Any, connect: Any) -> None:
    """Legacy's health passes where that is chosen; the server's own is on a port of its own, until the end."""
    legacy = new_legacy(health={"": NOT_SERVING, "liveness": health_pb2.HealthCheckResponse.UNKNOWN})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    jvm = start(legacy=f"127.0.0.1:{legacy.port}", legacy_health="true", health_port=port).ready()
    channel, own = connect(jvm.port), connect(port)
    assert [_health(channel), _health(channel, "liveness")] == [NOT_SERVING, health_pb2.HealthCheckResponse.UNKNOWN]
    assert [_health(own), _health(own, "liveness"), _health(own, "probe.v1.Probe")] == [SERVING] * 3
    watch = channel.unary_stream(
        "/grpc.health.v1.Health/Watch", response_deserializer=health_pb2.HealthCheckResponse.FromString
    )
    states = watch(health_pb2.HealthCheckRequest().SerializeToString())
    assert next(states).status == NOT_SERVING
    states.cancel()
    legacy.stop()
    _until(lambda: _health(own) == NOT_SERVING)
    assert _health(own, "liveness") == SERVING
    assert jvm.end() == 0


def test_tls_to_both_sides(
    start: Any, new_legacy: Any, certificates: Any, probe: Any, said: Said, tmp_path: Path
) -> None:
    """Both sides show certificates, legacy hears who the client is, and files that change are used."""
    server, client = _pair(certificates.server), _pair(certificates.client)
    files = {name: tmp_path / name for name in ("server.key", "server.crt", "client.key", "client.crt", "ca")}
    ca = _pair(certificates.ca)[1]
    for path, content in zip(files.values(), (*server, *client, ca), strict=True):
        path.write_bytes(content)
    credentials = grpc.ssl_server_credentials([server], root_certificates=ca, require_client_auth=True)
    legacy = new_legacy(credentials=credentials)
    jvm = start(
        legacy=f"localhost:{legacy.port}",
        legacy_tls="true",
        legacy_ca=files["ca"],
        legacy_cert=files["client.crt"],
        legacy_key=files["client.key"],
        tls_cert=files["server.crt"],
        tls_key=files["server.key"],
        tls_client_ca=files["ca"],
        tls_reload_s=0.1,
    ).ready()
    shown = grpc.ssl_channel_credentials(ca, private_key=client[0], certificate_chain=client[1])
    with grpc.secure_channel(f"localhost:{jvm.port}", shown) as channel:
        lie = (("x-forwarded-client-cert", "Hash=lie"),)
        for _ in range(2):
            assert probe.ask(channel, "Get", [said("x")], metadata=lie).code is grpc.StatusCode.OK
    shown_to_legacy = [dict(seen.metadata)["x-forwarded-client-cert"] for seen in legacy.of("Get")]
    assert shown_to_legacy == [describe(x509.load_pem_x509_certificate(client[1]))] * 2
    with grpc.secure_channel(f"localhost:{jvm.port}", grpc.ssl_channel_credentials(ca)) as stranger:
        assert probe.ask(stranger, "Get", [said("x")], timeout_s=3).code is grpc.StatusCode.UNAVAILABLE
    other = _pair(certificates.other_client)
    files["server.key"].write_bytes(other[0])
    files["server.crt"].write_bytes(other[1])
    trusting = grpc.ssl_channel_credentials(_pair(certificates.other_ca)[1], *client)
    jvm.named("tls.changed")
    with grpc.secure_channel(f"localhost:{jvm.port}", trusting) as channel:
        assert probe.ask(channel, "Get", [said("x")]).code is grpc.StatusCode.OK
    assert jvm.end() == 0
    legacy.stop()


def _pair(pem: Path) -> tuple[bytes, bytes]:
    text = pem.read_bytes()
    at = text.index(b"-----BEGIN CERTIFICATE-----")
    return text[:at], text[at:]


def test_handlers_have_virtual_threads_where_there_are_some(
    start: Any, connect: Any, probe: Any, said: Said, messages: Any, tool: Any
) -> None:
    """The same classes, compiled for 17, on a newer JDK; the bound is the same."""
    jvm = start(java=tool("jdk21"), final=True, concurrency=1).ready()
    channel = connect(jvm.port)
    answer = probe.ask(channel, "Get", [said("threads")])
    assert messages.Said.FromString(answer.messages[0]).text == "virtual"
    start_s = time.monotonic()
    threads = [threading.Thread(target=probe.ask, args=(channel, "Get", [said("sleep 200")])) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - start_s > 0.58
    assert jvm.end() == 0
