package dev.crossfade.runtime;

public interface BidiRpc<Q, R> {
  void handle(In<Q> in, Out<R> out, CallContext context) throws Exception;
}
