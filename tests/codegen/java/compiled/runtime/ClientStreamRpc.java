package dev.crossfade.runtime;

public interface ClientStreamRpc<Q, R> {
  R handle(In<Q> in, CallContext context) throws Exception;
}
