package dev.sides.rpc.sides;

import dev.crossfade.runtime.CallContext;
import dev.sides.v1.Said;
import io.grpc.Metadata;

/** Signs everything that this side says: headers, messages and trailers. */
final class Here {
  private static final String SIDE = "candidate";
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("x-side", Metadata.ASCII_STRING_MARSHALLER);

  private Here() {}

  static void greet(CallContext context) {
    Metadata headers = new Metadata();
    headers.put(KEY, SIDE);
    context.sendHeaders(headers);
    context.trailers().put(KEY, SIDE);
  }

  static Said said(String text, int number) {
    return Said.newBuilder().setSide(SIDE).setText(text).setNumber(number).build();
  }
}
