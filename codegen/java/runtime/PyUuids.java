package dev.crossfade.runtime;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import java.util.regex.Pattern;

/** Python's uuid: a lenient parser, and ids made from names. */
final class PyUuids {
  private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{32}");

  private PyUuids() {}

  static UUID parse(String text) {
    String hex = text.replace("urn:", "").replace("uuid:", "");
    hex = PyText.lstrip(PyText.rstrip(hex, "{}"), "{}").replace("-", "");
    if (PyText.len(hex) != 32) {
      throw new IllegalArgumentException("badly formed hexadecimal UUID string");
    }
    if (!HEX.matcher(hex).matches()) {
      // Python parses it with int(): signs, spaces and underscores are accepted where they fit.
      BigInteger value = PyInts.parse(hex, 16);
      if (value.signum() < 0) {
        throw new IllegalArgumentException("int is out of range (need a 128-bit value)");
      }
      return new UUID(value.shiftRight(64).longValue(), value.longValue());
    }
    return new UUID(
        Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
  }

  static UUID uuid3(UUID namespace, String name) {
    return UUID.nameUUIDFromBytes(named(namespace, name));
  }

  static UUID uuid5(UUID namespace, String name) {
    ByteBuffer hash;
    try {
      hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(named(namespace, name)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has SHA-1
    }
    long high = (hash.getLong() & ~0xF000L) | 0x5000L;
    long low = (hash.getLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(high, low);
  }

  private static byte[] named(UUID namespace, String name) {
    byte[] text = PyBytes.encode(name, StandardCharsets.UTF_8);
    return ByteBuffer.allocate(16 + text.length)
        .putLong(namespace.getMostSignificantBits())
        .putLong(namespace.getLeastSignificantBits())
        .put(text)
        .array();
  }
}
