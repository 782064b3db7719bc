"""What one message may cost."""

HEAD_LIMIT_BYTES = 1 << 20
"""The longest head, trailer section or chunk-size line; servers of HTTP take 8 KB to 1 MB."""

AHEAD_BYTES = 1 << 20
"""What a client of HTTP/1 may send ahead of what legacy takes, while legacy is not connected or answers another."""
