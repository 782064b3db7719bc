"""The two sides of a port, asked over TLS with a certificate of ours."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.asking.sides import build_sides, logged_name
from crossfade.shadow.config import Config, parse_config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Request

TOKEN = ("Authorization", "user")


def _config(ports: tuple[int, int], certificates: Any, *, cert: Path | None) -> Config:
    shown = f"candidate_cert = '{cert}'\nlegacy_cert = '{cert}'" if cert else ""
    text = f"""
        [service]
        name = "x"
        [[listen]]
        name = "one"
        address = "127.0.0.1:0"
        legacy = "http://127.0.0.1:2"
        candidate = "https://localhost:{ports[0]}"
        secondary = "https://localhost:{ports[1]}"
        candidate_ca = '{certificates.ca}'
        legacy_ca = '{certificates.ca}'
        {shown}
        [[mirror.header]]
        name = "authorization"
        action = "drop"
        route = "GET /a"
    """
    return parse_config(text, Path("crossfade.toml"))


async def test_mtls_and_fields(certificates: Any, request_of: Callable[..., Request]) -> None:
    """Both show their certificate; the candidate gets the fields that the rules leave, the secondary all."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    context = certificates.server_context(client_ca=certificates.ca)
    begin = partial(asyncio.start_server, serve, "127.0.0.1", 0, ssl=context)
    async with await begin() as one, await begin() as two:
        ports = (one.sockets[0].getsockname()[1], two.sockets[0].getsockname()[1])
        request = request_of("id-1", target="/a", headers=(("Host", "a"), TOKEN))
        for cert in (certificates.client, None, certificates.other_client):
            config = _config(ports, certificates, cert=cert)
            sides = build_sides(config, config.listen[0])
            assert sides.secondary is not None
            replies = [await side.ask(request) for side in (sides.candidate, sides.secondary)]
            if cert is certificates.client:
                assert all(isinstance(reply, Answer) for reply in replies)
            else:  # in TLS 1.3 a server says no after the handshake
                reasons = {reply.reason for reply in replies if isinstance(reply, Failure)}
                assert reasons <= {FailureReason.RESET, FailureReason.REFUSED}
                assert len([reply for reply in replies if isinstance(reply, Failure)]) == 2
            await sides.candidate.close()
            await sides.secondary.close()
    assert [b"Authorization" in item for item in seen] == [False, True]


def test_a_certificate_that_is_none(certificates: Any, tmp_path: Path) -> None:
    """One line names the file."""
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    config = _config((1, 3), certificates, cert=bad)
    with pytest.raises(ShadowError, match=r"bad\.pem: expected PEM that is valid for https://localhost:1"):
        build_sides(config, config.listen[0])


@pytest.mark.parametrize(
    ("route", "logged"),
    [
        ("GET /builds/{id}", "GET /builds/{id}"),
        ("p.S/Get", "p.S/Get"),
        ("GET" + "/token" * 40, "(other)"),
        ("GET /" + "a" * 300, "(other)"),
        ("G\x1b[31mET /a", "(other)"),
        ("p.S/Get\nforged line", "(other)"),
    ],
)
def test_what_is_logged_of_a_route(route: str, logged: str) -> None:
    """Nothing that a client made up to be read by whoever reads the log."""
    assert logged_name(route) == logged
