package dev.crossfade.buildqueue;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Lets a handler add trailing metadata to its call. */
final class Trailers implements ServerInterceptor {
  private static final Context.Key<Metadata> CURRENT = Context.key("trailers");

  /** Adds a field to the trailers of the call that runs on this thread. */
  static void put(String name, String value) {
    CURRENT.get().put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Metadata more = new Metadata();
    ServerCall<Q, A> closing =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            trailers.merge(more);
            super.close(status, trailers);
          }
        };
    return Contexts.interceptCall(
        Context.current().withValue(CURRENT, more), closing, headers, next);
  }
}
