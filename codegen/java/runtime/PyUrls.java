package dev.crossfade.runtime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Python's urllib.parse: percent-encoding and queries. */
final class PyUrls {
  private static final String ALWAYS_SAFE =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~";

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private PyUrls() {}

  static String quote(String text, String safe) {
    StringBuilder quoted = new StringBuilder(text.length());
    for (byte b : PyBytes.encode(text, StandardCharsets.UTF_8)) {
      boolean isSafe = b > 0 && (ALWAYS_SAFE.indexOf(b) >= 0 || safe.indexOf(b) >= 0);
      if (isSafe || (b == 0 && safe.indexOf(0) >= 0)) {
        quoted.append((char) b);
      } else {
        quoted.append('%').append(HEX.toHexDigits(b));
      }
    }
    return quoted.toString();
  }

  static String quotePlus(String text, String safe) {
    return text.indexOf(' ') < 0 ? quote(text, safe) : quote(text, safe + " ").replace(' ', '+');
  }

  /** Invalid percent-encoding is kept; bytes that are not UTF-8 become U+FFFD. */
  static String unquote(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    StringBuilder unquoted = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int start = i;
      while (i < text.length() && text.charAt(i) < 0x80) {
        i++;
      }
      unquoted.append(PyBytes.decodeUtf8(unquoted(text, start, i), "\uFFFD"));
      start = i;
      while (i < text.length() && text.charAt(i) >= 0x80) {
        i++;
      }
      unquoted.append(text, start, i);
    }
    return unquoted.toString();
  }

  static String urlencode(Map<?, ?> query, boolean eachOfMany) {
    List<String> pairs = new ArrayList<>();
    query.forEach(
        (key, value) -> {
          Collection<?> values = eachOfMany ? each(value) : singleton(value);
          String name = quotePlusOf(key);
          values.forEach(one -> pairs.add(name + "=" + quotePlusOf(one)));
        });
    return String.join("&", pairs);
  }

  static Map<String, List<String>> parseQs(String query, boolean keepBlank) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String pair : PyText.split(query, "&", -1)) {
      int sign = pair.indexOf('=');
      String name = sign < 0 ? pair : pair.substring(0, sign);
      String value = sign < 0 ? "" : pair.substring(sign + 1);
      if (!pair.isEmpty() && (keepBlank || !value.isEmpty())) {
        values
            .computeIfAbsent(unquote(name.replace('+', ' ')), unseen -> new ArrayList<>())
            .add(unquote(value.replace('+', ' ')));
      }
    }
    return values;
  }

  private static Collection<?> each(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.keySet();
    }
    return value instanceof Collection<?> many ? many : singleton(value);
  }

  private static List<Object> singleton(Object value) {
    List<Object> one = new ArrayList<>();
    one.add(value);
    return one;
  }

  private static String quotePlusOf(Object value) {
    return value instanceof byte[] bytes ? quoteBytes(bytes) : quotePlus(PyRepr.str(value), "");
  }

  private static String quoteBytes(byte[] bytes) {
    StringBuilder quoted = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      if (b == ' ') {
        quoted.append('+');
      } else if (b > 0 && ALWAYS_SAFE.indexOf(b) >= 0) {
        quoted.append((char) b);
      } else {
        quoted.append('%').append(HEX.toHexDigits(b));
      }
    }
    return quoted.toString();
  }

  private static byte[] unquoted(String text, int start, int end) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(end - start);
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      int high = c == '%' && i + 2 < end ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (low >= 0) {
        bytes.write(high << 4 | low);
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }
}
