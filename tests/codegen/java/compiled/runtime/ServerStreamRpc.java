package dev.crossfade.runtime;

public interface ServerStreamRpc<Q, R> {
  void handle(Q request, Out<R> out, CallContext context) throws Exception;
}
