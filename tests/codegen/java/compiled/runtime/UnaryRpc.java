package dev.crossfade.runtime;

public interface UnaryRpc<Q, R> {
  R handle(Q request, CallContext context) throws Exception;
}
