package dev.crossfade.runtime;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.temporal.Temporal;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Python's str() and repr() for values of every kind. */
final class PyRepr {
  private PyRepr() {}

  static String str(Object value) {
    if (value instanceof String || value instanceof Character || value instanceof UUID) {
      return value.toString();
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.toString();
    }
    if (value instanceof Duration duration) {
      return PyTime.str(duration);
    }
    if (value instanceof Temporal time) {
      return PyTime.isoformat(time, " ");
    }
    if (value instanceof Enum<?> member) {
      return member.getDeclaringClass().getSimpleName() + "." + member.name();
    }
    return repr(value);
  }

  static String repr(Object value) {
    if (value == null) {
      return "None";
    }
    if (value instanceof Boolean truth) {
      return truth ? "True" : "False";
    }
    if (value instanceof Double || value instanceof Float) {
      return PyFloats.repr(((Number) value).doubleValue());
    }
    if (isInt(value)) {
      return value.toString();
    }
    if (value instanceof String || value instanceof Character) {
      return repr(value.toString());
    }
    if (value instanceof byte[] bytes) {
      return repr(bytes);
    }
    if (value instanceof BigDecimal decimal) {
      return "Decimal('" + decimal + "')";
    }
    if (value instanceof UUID uuid) {
      return "UUID('" + uuid + "')";
    }
    return reprOfMany(value);
  }

  static boolean isInt(Object value) {
    return value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte
        || value instanceof BigInteger;
  }

  static boolean truthy(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof BigDecimal || value instanceof BigInteger) {
      return new BigDecimal(value.toString()).signum() != 0;
    }
    if (value instanceof Number number) {
      return number.doubleValue() != 0; // NaN is true
    }
    if (value instanceof CharSequence text) {
      return text.length() > 0;
    }
    if (value instanceof Collection<?> list) {
      return !list.isEmpty();
    }
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    if (value instanceof byte[] data) {
      return data.length > 0;
    }
    return value instanceof Duration delta ? !delta.isZero() : value != null;
  }

  static String tuple(List<?> values) {
    return "(" + joined(values) + (values.size() == 1 ? ",)" : ")");
  }

  static String repr(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder repr = new StringBuilder(text.length() + 2).append(quote);
    text.codePoints().forEach(point -> appendPoint(repr, point, quote));
    return repr.append(quote).toString();
  }

  static String repr(byte[] bytes) {
    String latin = PyBytes.latin(bytes);
    char quote = latin.indexOf('\'') >= 0 && latin.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder repr = new StringBuilder(latin.length() + 3).append('b').append(quote);
    for (int i = 0; i < latin.length(); i++) {
      char c = latin.charAt(i);
      if (c >= 0x7F) {
        repr.append("\\x").append(HexFormat.of().toHexDigits((byte) c));
      } else {
        appendPoint(repr, c, quote);
      }
    }
    return repr.append(quote).toString();
  }

  private static String reprOfMany(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> repr(entry.getKey()) + ": " + repr(entry.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (value instanceof Set<?> set) {
      return set.isEmpty() ? "set()" : "{" + joined(set) + "}";
    }
    if (value instanceof Collection<?> list) {
      return "[" + joined(list) + "]";
    }
    throw new IllegalArgumentException(
        "no Python text for " + value.getClass().getName() + "; convert it to a string first");
  }

  private static String joined(Collection<?> values) {
    return values.stream().map(PyRepr::repr).collect(Collectors.joining(", "));
  }

  private static void appendPoint(StringBuilder repr, int point, char quote) {
    switch (point) {
      case '\t' -> repr.append("\\t");
      case '\n' -> repr.append("\\n");
      case '\r' -> repr.append("\\r");
      case '\\' -> repr.append("\\\\");
      default -> {
        if (point == quote) {
          repr.append('\\').append(quote);
        } else if (PyCase.isPrintable(point)) {
          repr.appendCodePoint(point);
        } else {
          repr.append('\\').append(point < 0x100 ? 'x' : point < 0x10000 ? 'u' : 'U');
          int digits = point < 0x100 ? 2 : point < 0x10000 ? 4 : 8;
          repr.append(HexFormat.of().toHexDigits(point, digits));
        }
      }
    }
  }
}
