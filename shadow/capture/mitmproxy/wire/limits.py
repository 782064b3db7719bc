"""What one message may cost."""

HEAD_LIMIT_BYTES = 1 << 20
"""The longest head, trailer section or chunk-size line; servers of HTTP take 8 KB to 1 MB."""
