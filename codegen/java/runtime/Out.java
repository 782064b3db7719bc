package dev.crossfade.runtime;

/** Sends a handler's messages to the client. */
public interface Out<T> {
  /**
   * Sends one message; blocks until the client is ready for it.
   *
   * @throws java.util.concurrent.CancellationException if the client is gone
   */
  void send(T message);
}
