package dev.crossfade.buildqueue;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.UUID;

/** Greets every call with a request id, before its handler runs. */
final class RequestIds implements ServerInterceptor {
  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Metadata greeting = new Metadata();
    greeting.put(REQUEST_ID, UUID.randomUUID().toString());
    call.sendHeaders(greeting);
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendHeaders(Metadata ignored) {
            // sent already
          }
        },
        headers);
  }
}
