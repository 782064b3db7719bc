package dev.crossfade.runtime.strangler;

/** Why a call was not compared, in the words of crossfade's reasons. */
final class Shed {
  /** The RPC is not safe and nobody has allowed it. */
  static final String POLICY = "policy";

  /** There is no handler, or it says so itself. */
  static final String NOT_PORTED = "not_ported";

  /** Too much is being compared already, or waits to be sent. */
  static final String QUEUE_FULL = "queue_full";

  /** More was said than one comparison may hold, or the client was cut short. */
  static final String TRUNCATED = "truncated";

  /** The client left, or its time was over, before the end. */
  static final String CLIENT_CANCELLED = "client_cancelled";

  /** Legacy gave no complete answer. */
  static final String LEGACY_FAILED = "legacy_failed";

  /** It was being compared when the process was told to end. */
  static final String SHUTDOWN = "shutdown";

  private Shed() {}
}
