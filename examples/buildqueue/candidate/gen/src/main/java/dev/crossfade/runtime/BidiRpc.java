package dev.crossfade.runtime;

/** A handler that reads and sends messages in any order. */
public interface BidiRpc<Q, R> {
  /** Sends its messages and returns, or throws what the {@link ErrorTable} turns into a status. */
  void handle(In<Q> in, Out<R> out, CallContext context) throws Exception;
}
