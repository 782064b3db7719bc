package dev.crossfade.runtime;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what values.py writes. */
final class Values {
  private final String text;
  private int at;

  Values(String text) {
    this.text = text;
  }

  Object read() {
    char type = text.charAt(at++);
    switch (type) {
      case 'N':
        return null;
      case 'T', 'F':
        return type == 'T';
      case 'd':
        return Double.longBitsToDouble(Long.parseUnsignedLong(taken(16), 16));
      case 'i':
        BigInteger value = new BigInteger(upToSemicolon());
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
      case 's':
        return taken(Integer.parseInt(upToSemicolon()));
      case 'b':
        return taken(Integer.parseInt(upToSemicolon())).getBytes(StandardCharsets.ISO_8859_1);
      default:
        return many(type, Integer.parseInt(upToSemicolon()));
    }
  }

  private Object many(char type, int size) {
    List<Object> list = new ArrayList<>();
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      Object first = read();
      if (type == 'l') {
        list.add(first);
      } else {
        map.put(first, read());
      }
    }
    return type == 'l' ? list : map;
  }

  private String upToSemicolon() {
    return taken(text.indexOf(';', at) - at, 1);
  }

  private String taken(int length) {
    return taken(length, 0);
  }

  private String taken(int length, int skipped) {
    String part = text.substring(at, at + length);
    at += length + skipped;
    return part;
  }
}
