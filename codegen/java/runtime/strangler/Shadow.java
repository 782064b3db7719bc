package dev.crossfade.runtime.strangler;

import io.grpc.Metadata;
import java.util.List;

/** The header that marks a request whose answer is only compared. */
final class Shadow {
  private static final Metadata.Key<String> ROLE =
      Metadata.Key.of("x-crossfade-role", Metadata.ASCII_STRING_MARSHALLER);
  private static final String WORD = "shadow";

  private Shadow() {}

  static boolean is(Metadata headers) {
    Iterable<String> roles = headers.getAll(ROLE);
    for (String role : roles == null ? List.<String>of() : roles) {
      if (WORD.equals(role)) {
        return true;
      }
    }
    return false;
  }

  static void mark(Metadata headers) {
    headers.discardAll(ROLE);
    headers.put(ROLE, WORD);
  }
}
