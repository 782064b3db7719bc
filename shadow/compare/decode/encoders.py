"""Applies content codings (RFC 9110 8.4) to a body that was changed; the same body gives the same bytes."""

import zlib
from collections.abc import Callable

import brotli
import zstandard

_GZIP_BITS, _ZLIB_BITS = 31, 15


def encode_codings(body: bytes, codings: tuple[str, ...]) -> bytes:
    """The body with its codings applied in order; ``codings`` are the values of content-encoding, as decoded before."""
    for name in (name.strip().lower() for value in codings for name in value.split(",")):
        if name not in {"", "identity"}:
            body = _ENCODERS[name](body)
    return body


def _gzip(body: bytes) -> bytes:
    return _deflated(body, _GZIP_BITS)


def _zlib(body: bytes) -> bytes:
    return _deflated(body, _ZLIB_BITS)


def _deflated(body: bytes, bits: int) -> bytes:
    encoder = zlib.compressobj(1, zlib.DEFLATED, bits)
    return encoder.compress(body) + encoder.flush()


def _br(body: bytes) -> bytes:
    coded: bytes = brotli.compress(body, quality=1)
    return coded


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(body)


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _zlib,
    "br": _br,
    "zstd": _zstd,
}
