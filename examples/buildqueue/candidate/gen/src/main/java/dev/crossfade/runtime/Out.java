package dev.crossfade.runtime;

/** Where a handler sends its messages. */
public interface Out<T> {
  /**
   * Sends one message; blocks while the client is not ready for it.
   *
   * @throws java.util.concurrent.CancellationException the client is gone
   */
  void send(T message);
}
