package dev.crossfade.runtime.strangler;

import io.grpc.Metadata;

/** The mark of a request whose answer is only compared. */
final class Shadow {
  private static final Metadata.Key<String> ROLE =
      Metadata.Key.of("x-crossfade-role", Metadata.ASCII_STRING_MARSHALLER);
  private static final String WORD = "shadow";

  private Shadow() {}

  static boolean is(Metadata headers) {
    return WORD.equals(headers.get(ROLE));
  }

  static void mark(Metadata headers) {
    headers.discardAll(ROLE);
    headers.put(ROLE, WORD);
  }
}
