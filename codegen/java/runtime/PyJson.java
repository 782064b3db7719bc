package dev.crossfade.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Python's json.dumps: how a value is written, byte for byte. */
public final class PyJson {
  private static final int ASCII_END = 0x7F;

  private final String itemSeparator;
  private final String keySeparator;
  private final boolean ensureAscii;
  private final boolean sortKeys;
  private final String indent;

  private PyJson(String items, String keys, boolean ensureAscii, boolean sortKeys, String indent) {
    this.itemSeparator = items;
    this.keySeparator = keys;
    this.ensureAscii = ensureAscii;
    this.sortKeys = sortKeys;
    this.indent = indent;
  }

  /** As json.dumps writes by default. */
  static final PyJson DEFAULT = new PyJson(", ", ": ", true, false, null);

  /** As with {@code separators=(items, keys)}. */
  public PyJson separators(String items, String keys) {
    return new PyJson(items, keys, ensureAscii, sortKeys, indent);
  }

  /** As with {@code ensure_ascii=False}: characters beyond ASCII stay as they are. */
  public PyJson keepUnicode() {
    return new PyJson(itemSeparator, keySeparator, false, sortKeys, indent);
  }

  /** As with {@code sort_keys=True}. */
  public PyJson sortKeys() {
    return new PyJson(itemSeparator, keySeparator, ensureAscii, true, indent);
  }

  /** As with {@code indent=spaces}, which also drops the space after a comma. */
  public PyJson indent(int spaces) {
    return new PyJson(",", keySeparator, ensureAscii, sortKeys, " ".repeat(spaces));
  }

  /** The JSON of null, a Boolean, an int, a float, a String, a Collection or a Map of these. */
  public String dumps(Object value) {
    StringBuilder json = new StringBuilder();
    append(json, value, "\n");
    return json.toString();
  }

  private void append(StringBuilder json, Object value, String lineStart) {
    if (value instanceof String text) {
      appendString(json, text);
    } else if (value instanceof Map<?, ?> map) {
      appendMap(json, map, lineStart);
    } else if (value instanceof Collection<?> list) {
      appendList(json, list, lineStart);
    } else {
      json.append(scalar(value));
    }
  }

  private void appendList(StringBuilder json, Collection<?> list, String lineStart) {
    String inner = indent == null ? "" : lineStart + indent;
    String before = inner;
    json.append('[');
    for (Object item : list) {
      json.append(before);
      append(json, item, lineStart + indent);
      before = itemSeparator + inner;
    }
    json.append(indent == null || list.isEmpty() ? "" : lineStart).append(']');
  }

  private void appendMap(StringBuilder json, Map<?, ?> map, String lineStart) {
    String inner = indent == null ? "" : lineStart + indent;
    String before = inner;
    json.append('{');
    for (Map.Entry<?, ?> entry : entries(map)) {
      json.append(before);
      appendString(json, key(entry.getKey()));
      json.append(keySeparator);
      append(json, entry.getValue(), lineStart + indent);
      before = itemSeparator + inner;
    }
    json.append(indent == null || map.isEmpty() ? "" : lineStart).append('}');
  }

  private List<Map.Entry<?, ?>> entries(Map<?, ?> map) {
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sortKeys) {
      entries.sort((a, b) -> PyText.compare(sortable(a.getKey()), sortable(b.getKey())));
    }
    return entries;
  }

  private static String sortable(Object key) {
    if (key instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("sortKeys: expected string keys, got " + key);
  }

  private static String key(Object key) {
    return key instanceof String text ? text : scalar(key);
  }

  private static String scalar(Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof Boolean || PyRepr.isInt(value)) {
      return value.toString();
    }
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      // Python writes these although JSON has no such numbers.
      return Double.isNaN(number)
          ? "NaN"
          : Double.isInfinite(number)
              ? (number < 0 ? "-Infinity" : "Infinity")
              : PyFloats.repr(number);
    }
    throw new IllegalArgumentException(
        "Object of type " + value.getClass().getSimpleName() + " is not JSON serializable");
  }

  private void appendString(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        case '\f' -> json.append("\\f");
        case '\b' -> json.append("\\b");
        default -> {
          if (c < ' ' || (ensureAscii && c >= ASCII_END)) {
            json.append("\\u").append(HexFormat.of().toHexDigits(c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }
}
