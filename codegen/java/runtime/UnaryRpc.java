package dev.crossfade.runtime;

/** A handler that takes one request and returns one answer. */
public interface UnaryRpc<Q, R> {
  /** Returns the answer, or throws what the {@link ErrorTable} turns into a status. */
  R handle(Q request, CallContext context) throws Exception;
}
