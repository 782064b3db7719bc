package dev.crossfade.runtime.strangler;

/** Why a call was not compared: crossfade's reasons. */
final class Shed {
  /** The RPC is not safe, and comparing it is not allowed. */
  static final String POLICY = "policy";

  /** There is no handler, or it throws NotPortedException. */
  static final String NOT_PORTED = "not_ported";

  /** Too many comparisons are running or waiting to be sent. */
  static final String QUEUE_FULL = "queue_full";

  /** The call exceeds what one comparison may hold, or the client's messages were cut off. */
  static final String TRUNCATED = "truncated";

  /** The client left, or its deadline passed, before the end. */
  static final String CLIENT_CANCELLED = "client_cancelled";

  /** Legacy gave no complete answer. */
  static final String LEGACY_FAILED = "legacy_failed";

  /** The process was stopped during the comparison. */
  static final String SHUTDOWN = "shutdown";

  private Shed() {}
}
