package dev.crossfade.runtime;

import io.grpc.Deadline;
import io.grpc.Metadata;

/** What a handler may know of its call, and say beside its messages. */
public interface CallContext {
  /** What the client sent before its messages. */
  Metadata headers();

  /** What goes out with the end of the call, whatever its status: put into it at any time. */
  Metadata trailers();

  /** Sends the initial metadata now; without it, it goes out empty with the first message. */
  void sendHeaders(Metadata headers);

  /** When the client stops waiting; null where it waits for ever. */
  Deadline deadline();

  /** True when nobody waits for the answer any more. */
  boolean isCancelled();

  /**
   * Something to do once when nobody waits for the answer any more: stop a query, close a file. It
   * runs on a thread of its own, at once where that is so already, and not after the handler has
   * ended.
   */
  default void onCancel(Runnable task) {}

  /** Who is at the other end of the connection. */
  default Peer peer() {
    return Peer.UNKNOWN;
  }

  /** True when the answer is compared and thrown away: nothing outside may be changed. */
  boolean isShadow();
}
