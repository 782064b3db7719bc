package dev.crossfade.buildqueue;

import dev.crossfade.runtime.CallContext;
import io.grpc.Metadata;
import java.util.UUID;

/** What the handlers say beside their messages. */
public final class Calls {
  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  private Calls() {}

  /** Greets the caller with a request id, before anything else. */
  public static void greet(CallContext context) {
    Metadata greeting = new Metadata();
    greeting.put(REQUEST_ID, UUID.randomUUID().toString());
    context.sendHeaders(greeting);
  }

  /** Adds a field to the trailers. */
  public static void trailer(CallContext context, String name, String value) {
    context.trailers().put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
  }
}
