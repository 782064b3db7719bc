package dev.crossfade.runtime;

/** A handler that reads any number of messages and returns one answer. */
public interface ClientStreamRpc<Q, R> {
  /** Returns the answer, or throws what the {@link ErrorTable} turns into a status. */
  R handle(In<Q> in, CallContext context) throws Exception;
}
