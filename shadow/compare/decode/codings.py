"""Content codings (RFC 9110 8.4): gzip, deflate, br, zstd, one after the other, within bounds of size and work."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import brotli
import zstandard

from crossfade.shadow.compare.decode.brotli_blocks import told_bytes
from crossfade.shadow.compare.decode.errors import UndecodableError

MAX_DECODED_BYTES = 33_554_432
MAX_CODINGS = 4
MAX_MEMBERS = 10_000
# One step of input may not swell to much more than the limit: a brotli block of 16 MiB takes 10 bytes, a zstd block of
# 128 KiB takes 4.
_BR_STEP_BYTES = 16
_GZIP_STEP_BYTES = 1024
_ZSTD_STEP_BYTES = 512
_ZSTD_LEAST_STEP_BYTES = 8
_ZSTD_BLOCK_BYTES, _ZSTD_BLOCK_MAY_TAKE = 131_072, 4
_MAX_WINDOW_BYTES = 2**27
_CUT = "expected a whole compressed body, got a cut one"
_TRAILING = "expected the end of the compressed body, got more bytes"


def decode_codings(body: bytes, codings: tuple[str, ...], limit_bytes: int = MAX_DECODED_BYTES) -> bytes:
    """The body before its codings were applied; ``codings`` are the values of content-encoding, in order.

    Raises: UndecodableError: an unknown coding, more than 4, bytes that are not it, a cut end, more than the limit.
    """
    for name in _decoders(codings):
        if body:
            body = _decode(name, body, limit_bytes)
    return body


def decode_small(body: bytes, codings: tuple[str, ...], limit_bytes: int) -> bytes:
    """As ``decode_codings``, at the cost of so many bytes whatever the body holds.

    Raises: UndecodableError: as there, and a br body of several blocks: one may be of 16 MiB, and is decoded at once.
    """
    for name in _decoders(codings):
        if name == "br" and told_bytes(body) is None:
            raise UndecodableError("expected a br body that tells its size, got several blocks")
        if body:
            body = _decode(name, body, limit_bytes)
    return body


def _decoders(codings: tuple[str, ...]) -> Sequence[str]:
    """The names of the codings in the order in which they are undone. Raises: UndecodableError."""
    names = [name.strip().lower() for value in codings for name in value.split(",")]
    names = [name for name in names if name not in {"", "identity"}]
    if len(names) > MAX_CODINGS:
        raise UndecodableError(f"expected at most {MAX_CODINGS} content codings, got {len(names)}")
    if unknown := [name for name in names if name not in _DECODERS]:
        raise UndecodableError(f"expected gzip, deflate, br or zstd, got content-encoding {unknown[-1][:40]!r}")
    return names[::-1]


def _decode(name: str, body: bytes, limit_bytes: int) -> bytes:
    try:
        return _joined(_DECODERS[name](body, limit_bytes), limit_bytes)
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise UndecodableError(f"expected {name}, got other bytes ({type(error).__name__})") from None


def _joined(parts: Iterable[bytes], limit_bytes: int) -> bytes:
    out = bytearray()
    for part in parts:
        out += part
        if len(out) > limit_bytes:
            raise _too_long(limit_bytes)
    return bytes(out)


def _too_long(limit_bytes: int) -> UndecodableError:
    return UndecodableError(f"expected at most {limit_bytes} bytes when decompressed, got more")


def _gzip(body: bytes, limit_bytes: int) -> Iterator[bytes]:
    """All members of a gzip body (RFC 1952 2.2), each fed in steps: a member copies what is behind its end."""
    at = 0
    for _ in range(MAX_MEMBERS):
        member = zlib.decompressobj(31)
        step_bytes = _GZIP_STEP_BYTES
        while not member.eof:
            step = body[at : at + step_bytes]
            if not step:
                raise UndecodableError(_CUT)
            yield member.decompress(step, limit_bytes + 1)
            if member.unconsumed_tail:
                return  # more than the limit came of it
            at += len(step) - len(member.unused_data)
            step_bytes *= 2
        if at == len(body):
            return
    raise UndecodableError(f"expected at most {MAX_MEMBERS} gzip members, got more")


def _deflate(body: bytes, limit_bytes: int) -> Iterator[bytes]:
    """Zlib as in RFC 9110, or raw deflate as some servers send."""
    try:
        member = zlib.decompressobj(15)
        out = _whole_member(member, body, limit_bytes)
    except zlib.error:
        member = zlib.decompressobj(-15)
        out = _whole_member(member, body, limit_bytes)
    if member.unused_data:
        raise UndecodableError(_TRAILING)
    yield out


def _whole_member(member: "zlib._Decompress", body: bytes, limit_bytes: int) -> bytes:
    out = member.decompress(body, limit_bytes + 1)
    if not member.eof and len(out) <= limit_bytes:
        raise UndecodableError(_CUT)
    return out


def _br(body: bytes, limit_bytes: int) -> Iterator[bytes]:
    told = told_bytes(body)
    if told is not None and told > limit_bytes:
        raise _too_long(limit_bytes)
    decoder = brotli.Decompressor()
    for start in range(0, len(body), _BR_STEP_BYTES):
        yield decoder.process(body[start : start + _BR_STEP_BYTES])
    if not decoder.is_finished():
        raise UndecodableError(_CUT)


def _zstd(body: bytes, limit_bytes: int) -> Iterator[bytes]:
    """All frames of a zstd body, skippable ones too (RFC 8878 3.1)."""
    frames = 0
    decoder = None
    blocks_bytes = limit_bytes // _ZSTD_BLOCK_BYTES * _ZSTD_BLOCK_MAY_TAKE
    step_bytes = min(_ZSTD_STEP_BYTES, max(_ZSTD_LEAST_STEP_BYTES, blocks_bytes))
    for start in range(0, len(body), step_bytes):
        rest = body[start : start + step_bytes]
        while rest:
            if decoder is None:
                frames += 1
                decoder = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW_BYTES).decompressobj()
            yield decoder.decompress(rest)
            rest = decoder.unused_data if decoder.eof else b""
            decoder = None if decoder.eof else decoder
        if frames > MAX_MEMBERS:
            raise UndecodableError(f"expected at most {MAX_MEMBERS} zstd frames, got more")
    if decoder is not None:
        raise UndecodableError(_CUT)


_DECODERS: dict[str, Callable[[bytes, int], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _br,
    "zstd": _zstd,
}
