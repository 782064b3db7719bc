"""Where one request ended, and why: both lists are closed."""

from enum import StrEnum


class Outcome(StrEnum):
    """Exactly one per request that entered."""

    MATCHED = "matched"
    DIVERGED = "diverged"
    NOISE = "noise"
    CANDIDATE_FAILED = "candidate_failed"
    LEGACY_FAILED = "legacy_failed"
    SHED = "shed"
    SKIPPED = "skipped"
    UNCOMPARABLE = "uncomparable"


COMPARED = frozenset({Outcome.MATCHED, Outcome.DIVERGED, Outcome.NOISE, Outcome.CANDIDATE_FAILED})
"""Outcomes in which both sides were contacted and judged; candidate_failed is a divergence."""


class Reason(StrEnum):
    """Why a request was not compared, or which side failed how."""

    SAMPLED_OUT = "sampled_out"  # skipped: outside the sample
    POLICY = "policy"  # skipped: not safe to mirror and no rule allows it
    NOT_PORTED = "not_ported"  # skipped: the candidate forwarded to legacy
    RULE = "rule"  # skipped: a rule keeps this route from the candidate
    FOREIGN_HANDLE = "foreign_handle"  # skipped: carries a value that only legacy can know
    BLOCKED = "blocked"  # skipped: carries a value of an answer for which the candidate gave none of its own
    CREDENTIAL = "credential"  # skipped: the candidate refuses a credential that legacy issued outside of the run
    STATE_DRIFT = "state_drift"  # skipped: legacy's second instance answers as the candidate does
    NOT_AS_RECORDED = "not_as_recorded"  # skipped: both sides refuse what legacy did when it was recorded
    STATE_RACE = "state_race"  # skipped: read at the same time as the data was written
    MIRROR_OFF = "mirror_off"  # skipped: the kill switch is on
    SERVED_BY_CANDIDATE = "served_by_candidate"  # skipped: the candidate answered the client, and legacy was not asked
    LOOP = "loop"  # skipped: the request is itself a copy
    CLIENT_CANCELLED = "client_cancelled"  # skipped: the client went away before the answer was complete
    ABANDONED_WRITE = "abandoned_write"  # skipped: its client went away, and whether legacy made it is unknown
    QUEUE_FULL = "queue_full"  # shed: a bounded queue was full
    COMPARE_DOWN = "compare_down"  # shed: the compare process was not there
    SHUTDOWN = "shutdown"  # shed: still in flight when the run was stopped
    REFUSED = "refused"  # *_failed
    RESET = "reset"  # *_failed
    DEADLINE = "deadline"  # *_failed
    INVALID = "invalid"  # *_failed: not valid HTTP or gRPC framing
    TRUNCATED = "truncated"  # uncomparable: a body longer than the limit
    UNDECODABLE = "undecodable"  # uncomparable: legacy's body is not what its type announces
    CUT_BY_CLIENT = "cut_by_client"  # compared: a stream as far as it went before the client left
    CUT_BY_LEGACY = "cut_by_legacy"  # compared: a stream as far as it went before legacy broke off
    CUT_BY_SHUTDOWN = "cut_by_shutdown"  # compared: a stream as far as it went before the run was stopped
    TOO_COSTLY = "too_costly"  # uncomparable: comparing took more time or memory than it may
    UNSUPPORTED = "unsupported"  # uncomparable: passed through (WebSocket), refused by the engine, or unsafe to write
    INTERNAL = "internal"  # uncomparable: crossfade itself failed on it, see the log
    NOT_RECORDED = "not_recorded"  # uncomparable: legacy's answer was to come from a recording that does not have it
    NO_CONTRACT = "no_contract"  # uncomparable: a gRPC method that the contract does not have, bytes unequal


CUTS = frozenset({Reason.CUT_BY_CLIENT, Reason.CUT_BY_LEGACY, Reason.CUT_BY_SHUTDOWN})
"""Reasons of requests that were compared: streams, as far as they went. All others are why one was not."""
