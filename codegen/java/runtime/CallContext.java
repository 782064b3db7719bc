package dev.crossfade.runtime;

import io.grpc.Deadline;
import io.grpc.Metadata;

/** What a handler can learn about its call, and send besides its messages. */
public interface CallContext {
  /** The metadata that the client sent with the call. */
  Metadata headers();

  /** The trailers, sent at the end of the call whatever its status; add to them at any time. */
  Metadata trailers();

  /** Sends the initial metadata now; else it is sent empty with the first message. */
  void sendHeaders(Metadata headers);

  /** When the client stops waiting; null if it waits forever. */
  Deadline deadline();

  /** True when the client no longer waits for the answer. */
  boolean isCancelled();

  /**
   * Runs a task once when the client no longer waits for the answer: stop a query, close a file. It
   * runs on its own thread, immediately if the call is already cancelled, and never after the
   * handler has ended.
   */
  default void onCancel(Runnable task) {}

  /** Who is at the other end of the connection. */
  default Peer peer() {
    return Peer.UNKNOWN;
  }

  /** True when the answer is only compared and discarded: change nothing outside the process. */
  boolean isShadow();
}
