"""The client's certificate as a header field, for a legacy that no longer ends TLS itself."""

from collections.abc import Mapping
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from mitmproxy.http import HTTPFlow

from crossfade.shadow.capture.settings import ClientCertificates, ListenerSettings

FIELD = "x-forwarded-client-cert"


class ForwardedCertificates:
    """An add-on; it must stand before the one that tells the sink, so that the candidate gets the field too."""

    def __init__(self, ports: Mapping[str, ListenerSettings]) -> None:
        self._ports = ports

    def requestheaders(self, flow: HTTPFlow) -> None:
        """Removes the field if the client sent it, and adds the certificate that its handshake showed."""
        port = self._ports[flow.client_conn.proxy_mode.full_spec]
        if port.client_certificates is not ClientCertificates.FORWARD:
            return
        headers = flow.request.headers
        if any(_reads_as_ours(name) for name, _ in headers.fields):
            headers.fields = tuple(field for field in headers.fields if not _reads_as_ours(field[0]))
        if flow.client_conn.certificate_list:
            shown = x509.load_pem_x509_certificate(flow.client_conn.certificate_list[0].to_pem())
            flow.request.headers.add(FIELD, describe(shown))


def _reads_as_ours(name: bytes) -> bool:
    """Whether a server may read it as our field: WSGI treats ``_`` and ``-`` alike."""
    return name.strip().lower().replace(b"_", b"-") == FIELD.encode()


def describe(certificate: x509.Certificate) -> str:
    """The field's value: Hash, Cert, Subject, URI, DNS in Envoy's format."""
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
    subject = certificate.subject.rfc4514_string().replace("\\", "\\\\").replace('"', '\\"')
    parts = [
        f"Hash={certificate.fingerprint(hashes.SHA256()).hex()}",
        f'Cert="{quote(pem, safe="")}"',
        f'Subject="{quote(subject, safe=_PRINTABLE)}"',
    ]
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ";".join(parts)
    parts += [f"URI={quote(uri, safe=_URI)}" for uri in names.get_values_for_type(x509.UniformResourceIdentifier)]
    parts += [f"DNS={quote(name, safe='*')}" for name in names.get_values_for_type(x509.DNSName)]
    return ";".join(parts)


_URI = ":/?#[]@!$&'()*+=%~"
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
