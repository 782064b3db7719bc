package dev.crossfade.runtime;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;

/** Python's bytes: encoded and decoded strictly, or with its own replacements for errors. */
final class PyBytes {
  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  private PyBytes() {}

  static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Throws if a character is not in the charset, as Python does, instead of writing '?'. */
  static byte[] encode(String text, Charset charset) {
    try {
      ByteBuffer bytes =
          charset
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .encode(CharBuffer.wrap(text));
      return Arrays.copyOfRange(bytes.array(), bytes.position(), bytes.limit());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("can't encode text as " + charset, e);
    }
  }

  /** Throws if the bytes are not valid in the charset, as Python does. */
  static String decode(byte[] bytes, Charset charset) {
    try {
      return charset
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("can't decode bytes as " + charset, e);
    }
  }

  /** Each maximal prefix of a character, and each other invalid byte, becomes one U+FFFD. */
  static String decodeUtf8(byte[] bytes, String mark) {
    StringBuilder text = new StringBuilder(bytes.length);
    for (int i = 0; i < bytes.length; ) {
      int wanted = width(bytes[i] & 0xFF);
      int have = 1;
      while (have < wanted && i + have < bytes.length && continues(bytes, i, have)) {
        have++;
      }
      if (wanted > 0 && have == wanted) {
        text.append(new String(bytes, i, wanted, StandardCharsets.UTF_8));
      } else {
        text.append(mark);
      }
      i += have;
    }
    return text.toString();
  }

  static String truncateUtf8(String text, int mostBytes) {
    byte[] bytes = encode(text, StandardCharsets.UTF_8);
    return decodeUtf8(Arrays.copyOf(bytes, Math.min(bytes.length, mostBytes)), "");
  }

  static BigInteger toInt(byte[] bytes, boolean littleEndian, boolean signed) {
    byte[] bigEndian = bytes.clone();
    for (int i = 0; littleEndian && i < bytes.length; i++) {
      bigEndian[i] = bytes[bytes.length - 1 - i];
    }
    if (bytes.length == 0) {
      return BigInteger.ZERO;
    }
    return signed ? new BigInteger(bigEndian) : new BigInteger(1, bigEndian);
  }

  static long crc32(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  static String encodebytes(byte[] bytes) {
    if (bytes.length == 0) {
      return "";
    }
    return Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(bytes) + "\n";
  }

  /**
   * Skips characters outside the alphabet, requires padding, and ends at the first complete one.
   */
  static byte[] b64decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int inGroup = 0;
    int pads = 0;
    int left = 0;
    for (char c : ascii(text).toCharArray()) {
      if (c == '=') {
        pads++;
        if (inGroup >= 2 && inGroup + pads >= 4) {
          return bytes.toByteArray();
        }
        continue;
      }
      int six = BASE64.indexOf(c);
      if (six < 0) {
        continue;
      }
      pads = 0;
      if (inGroup > 0) {
        bytes.write(left << (2 * inGroup) | six >> (6 - 2 * inGroup));
      }
      left = six & (0x3F >> (2 * inGroup));
      inGroup = (inGroup + 1) % 4;
    }
    if (inGroup != 0) {
      throw new IllegalArgumentException("Incorrect padding");
    }
    return bytes.toByteArray();
  }

  private static String ascii(String text) {
    if (text.chars().anyMatch(c -> c > 127)) {
      throw new IllegalArgumentException("string argument should contain only ASCII characters");
    }
    return text;
  }

  /** How many bytes a character has by its first byte; 0 for a byte that can't be the first. */
  private static int width(int first) {
    if (first < 0x80) {
      return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
      return 0;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  }

  /** Whether the byte at {@code have} may follow: the second byte has its own bounds. */
  private static boolean continues(byte[] bytes, int start, int have) {
    int first = bytes[start] & 0xFF;
    int next = bytes[start + have] & 0xFF;
    if (have > 1) {
      return next >= 0x80 && next <= 0xBF;
    }
    int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return next >= lowest && next <= highest;
  }
}
