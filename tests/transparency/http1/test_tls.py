"""TLS at either end, and certificates of clients."""

import asyncio
import hashlib
import ssl
from typing import Any
from urllib.parse import unquote

import pytest

from crossfade.shadow.capture.settings import ClientCertificates
from crossfade.shadow.errors import ShadowError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"


async def _script(peer: Any) -> None:
    await peer.until(b"\r\n\r\n")
    await peer.send(OK)


@pytest.mark.row("TLS at both ends, HTTP/1.1 by ALPN", "curl")
@pytest.mark.parametrize("alpn", [(), ("http/1.1",)])
async def test_tls(both: Any, raw: Any, curl: Any, certificates: Any, alpn: Any) -> None:
    """A client that would rather speak HTTP/2 is offered what legacy speaks."""
    arguments = ("--cacert", str(certificates.ca), "--http2", "https://api.test/a")
    direct, through = await both(
        raw(_script, certificates.server_context(alpn=alpn)),
        lambda port: curl(port, *arguments).stdout,
        scheme="https",
        cert=certificates.server,
        ca=certificates.ca,
    )
    assert direct.client == OK
    assert through == direct


@pytest.mark.row("A legacy that asks the proxy for a certificate (mTLS)", "curl")
async def test_mtls_to_legacy(proxy: Any, raw: Any, curl: Any, certificates: Any) -> None:
    """`legacy_cert` is shown to it; without, the client gets 502."""
    context = certificates.server_context(client_ca=certificates.ca)
    async with raw(_script, context)() as server:
        for shown in (certificates.client, None, certificates.other_client):
            running = await proxy(server.port, "https", ca=certificates.ca, legacy_cert=shown)
            got = await asyncio.to_thread(curl, running.port, "http://api.test/a")
            assert (got.stdout == OK) is (shown is certificates.client)
    assert len(server.seen[0]) > 10


async def test_a_legacy_of_another_authority_is_refused(proxy: Any, raw: Any, curl: Any, certificates: Any) -> None:
    """`legacy_ca` verifies it, and each port has its own."""
    async with raw(_script, certificates.server_context())() as server:
        running = await proxy(server.port, "https", ca=certificates.other_ca)
        got = await asyncio.to_thread(curl, running.port, "http://api.test/a")
        assert got.stdout.startswith(b"HTTP/1.1 502 ")
    assert b"".join(server.seen) == b""


def _forwarded(sent: bytes) -> list[str]:
    """The values of x-forwarded-client-cert."""
    lines = sent.decode("latin-1").split("\r\n")
    return [line.partition(": ")[2] for line in lines if line.lower().startswith("x-forwarded-client-cert:")]


@pytest.mark.row(
    "Client certificates where TLS ends in the proxy",
    "curl",
    differs="legacy can't see them: they are not asked for, refused, or (`client_cert = 'forward'`) verified and named in "
    "`x-forwarded-client-cert`, which a client can't forge",
)
async def test_forwarded(proxy: Any, raw: Any, curl: Any, certificates: Any) -> None:
    """Legacy and the copy for the candidate get the field; what the client wrote itself is taken away."""
    async with raw(_script)() as server:
        running = await proxy(
            server.port,
            cert=certificates.server,
            client_certificates=ClientCertificates.FORWARD,
            client_ca=certificates.ca,
        )
        base = ("--cacert", str(certificates.ca), "-H", "X-Forwarded-Client-Cert: forged", "https://api.test/a")
        for shown in ((), ("--cert", str(certificates.client)), ("--cert", str(certificates.other_client))):
            await asyncio.to_thread(curl, running.port, *shown, *base)
    without, with_one = (_forwarded(item) for item in server.seen)  # the third did not pass the handshake
    assert without == []
    (value,) = with_one
    pem = certificates.client.read_text()
    shown_pem = pem[pem.index("-----BEGIN CERTIFICATE") :]
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(shown_pem)).hexdigest()
    assert value.startswith(f'Hash={digest};Cert="')
    assert unquote(value.partition('Cert="')[2].partition('"')[0]) == shown_pem
    assert value.endswith(';Subject="CN=client,O=Acme";URI=spiffe://acme/web;DNS=localhost;DNS=api.test')
    copies = [dict(request.headers).get("x-forwarded-client-cert") for request in running.told.requests.values()]
    assert copies == [None, value]


async def test_refused(proxy: Any, raw: Any, curl: Any, certificates: Any, caplog: Any) -> None:
    """A client that shows a certificate is not let in, the log says why once, and one that shows none is."""
    async with raw(_script)() as server:
        running = await proxy(server.port, cert=certificates.server, client_certificates=ClientCertificates.REFUSE)
        base = ("--cacert", str(certificates.ca), "https://api.test/a")
        shown = ("--cert", str(certificates.client), *base)
        refused = [await asyncio.to_thread(curl, running.port, *shown) for _ in range(2)]
        assert (await asyncio.to_thread(curl, running.port, *base)).stdout.endswith(b"hi")
    assert [item.stdout for item in refused] == [b"", b""]
    assert sum("expected no client certificate on one" in record.message for record in caplog.records) == 1


def test_two_authorities_of_clients(certificates: Any) -> None:
    """Ports can't have different ones: what one accepts the other would."""
    from crossfade.shadow.capture.mitmproxy.tls import PortTls  # noqa: PLC0415
    from crossfade.shadow.capture.settings import ListenerSettings  # noqa: PLC0415

    ports = {
        str(path): ListenerSettings(name="x", host="a", port=1, legacy_url="http://a:1", client_ca=path)
        for path in (certificates.ca, certificates.other_ca)
    }
    with pytest.raises(ShadowError, match=r"listen\.client_ca: expected one file for all ports"):
        PortTls(ports)
