package dev.crossfade.runtime.strangler;

import io.grpc.Metadata;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Which clients a canary's share is: fixed by a hash of the client's key, so a client stays on its
 * side in every process, and who is in at 5% is in at 10%. crossfade's proxy hashes alike.
 *
 * @param keys by what a client is known, the first that a call has: {@code header:NAME}, {@code
 *     cookie:NAME} or {@code peer}
 * @param salt makes the early clients of another service other ones
 * @param testerHeader the metadata by which a tester chooses a side; null without any
 */
record Assignment(List<String> keys, String salt, String testerHeader) {
  private static final double SMALLEST_PCT = 1e-6; // the smallest step of a share in a modes file
  private static final Metadata.Key<String> COOKIE =
      Metadata.Key.of("cookie", Metadata.ASCII_STRING_MARSHALLER);

  /** Who answers a call, and whether a tester chose it; {@code place} is null without a key. */
  record Choice(Side side, boolean forced, Double place) {}

  /** The choice for a call in this mode; a shadow call in a canary goes to the candidate. */
  Choice choose(Mode mode, boolean shadow, Metadata headers, SocketAddress peer) {
    Side tested = mode.compares() && !shadow ? forced(headers) : null;
    if (tested != null) {
      return new Choice(tested, true, null);
    }
    return switch (mode.kind()) {
      case LEGACY, COMPARE -> new Choice(Side.LEGACY, false, null);
      case PORTED_COMPARE, PORTED -> new Choice(Side.CANDIDATE, false, null);
      case CANARY ->
          shadow
              ? new Choice(Side.CANDIDATE, false, null)
              : canary(mode.sharePct(), place(headers, peer));
    };
  }

  /** Without keys by chance; a client that has none of them is legacy's until the share is all. */
  private Choice canary(double pct, Double place) {
    double at = place != null ? place : keys.isEmpty() ? anywhere() : 100 - SMALLEST_PCT;
    return new Choice(at < pct ? Side.CANDIDATE : Side.LEGACY, false, place);
  }

  private static double anywhere() {
    return ThreadLocalRandom.current().nextDouble() * 100;
  }

  /** The side that a tester asks for; null where none does. */
  Side forced(Metadata headers) {
    String word = testerHeader == null ? null : first(headers, testerHeader);
    for (Side side : Side.values()) {
      if (side.word().equals(word)) {
        return side;
      }
    }
    return null;
  }

  /** Where this call's client is, 0 to 100; null if it has none of the keys. */
  Double place(Metadata headers, SocketAddress peer) {
    for (String key : keys) {
      String client = client(key, headers, peer);
      if (client != null) {
        return place(client, salt);
      }
    }
    return null;
  }

  /** The place of a client in [0, 100). */
  static double place(String client, String salt) {
    byte[] key = new Blake2b(32).update(salt.getBytes(StandardCharsets.UTF_8)).bytes();
    byte[] hash = new Blake2b(8, key).update(client.getBytes(StandardCharsets.UTF_8)).bytes();
    return new BigInteger(1, hash).doubleValue() / 0x1p64 * 100;
  }

  /** As crossfade's proxy writes it: the key and its value. */
  private static String client(String key, Metadata headers, SocketAddress peer) {
    String value = value(key, headers, peer);
    return value == null || value.isEmpty() ? null : key + " " + value;
  }

  private static String value(String key, Metadata headers, SocketAddress peer) {
    int colon = key.indexOf(':');
    String name = key.substring(colon + 1);
    return switch (colon < 0 ? key : key.substring(0, colon)) {
      case "header" -> first(headers, name);
      case "cookie" -> cookie(headers, name);
      default ->
          peer instanceof InetSocketAddress inet && !inet.isUnresolved()
              ? inet.getAddress().getHostAddress()
              : null;
    };
  }

  private static String first(Metadata headers, String name) {
    Iterable<String> values =
        headers.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    return values == null ? null : values.iterator().next();
  }

  private static String cookie(Metadata headers, String name) {
    Iterable<String> lines = headers.getAll(COOKIE);
    for (String line : lines == null ? List.<String>of() : lines) {
      for (String pair : line.split(";")) {
        if (pair.strip().startsWith(name + "=")) {
          return pair.strip().substring(name.length() + 1);
        }
      }
    }
    return null;
  }
}
