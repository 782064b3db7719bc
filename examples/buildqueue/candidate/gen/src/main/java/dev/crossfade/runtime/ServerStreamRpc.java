package dev.crossfade.runtime;

/** A handler that takes one request and sends any number of messages. */
public interface ServerStreamRpc<Q, R> {
  /** Sends its messages and returns, or throws what the {@link ErrorTable} turns into a status. */
  void handle(Q request, Out<R> out, CallContext context) throws Exception;
}
