"""Bounds on one message and one connection, for both protocols and both directions."""

ENGINE_HEAD_LIMIT_BYTES = 262_144
"""The field lines of one head, or of the trailers of one message.

More than real traffic has: gRPC allows 8 to 16 KiB by default, web servers 8 to 64 KiB, browsers 256 KiB of an answer.
Not more, because taking an HPACK block of 1 MiB apart holds the loop for 0.4 s. On HTTP/1 it is what stands on the
wire; on HTTP/2 it is the header list without compression, as SETTINGS_MAX_HEADER_LIST_SIZE counts it (RFC 9113 6.5.2:
name, value and 32 bytes for each field).
"""

STREAM_WINDOW_BYTES = 1_048_576
"""What one side of a stream may be ahead of the other."""

CONNECTION_WINDOW_BYTES = 33_554_432
"""What all streams of a connection together may be ahead: the memory that one connection can take up in a direction."""

FIRST_STREAMS = 100
"""Streams that a client may have open at once before legacy's own limit is known, and always if legacy speaks HTTP/1.1:
each then has a connection of its own to legacy. RFC 9113 6.5.2 advises no less."""

MOST_STREAMS = 2_000
"""Streams that a client may have open at once, however many legacy allows.

gRPC servers allow 2^31 by default, and a client with some hundred streams that stay open is hurt by less than it needs:
what is beyond the limit waits for as long as the others last. An open stream costs 6 KB and no time, so that the limit
bounds memory (12 MB); that no client keeps the loop to itself is the matter of ``shares``, not of a low count.
"""

AHEAD_BYTES = 1 << 20
"""What a client of HTTP/1 may send ahead of what legacy takes, while legacy is not connected or answers another."""

ORPHAN_S = 30.0
"""How long legacy's answer to a write is awaited once its client has gone, as clients give up on slow writes."""

ORPHAN_ANSWER_BYTES = 1 << 24
"""So much of that answer is read: writes are answered in few bytes."""

MOST_ORPHANS = 64
"""So many of those writes at once, each with a connection to legacy. Beyond it the connection is closed at once."""
