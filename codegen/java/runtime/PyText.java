package dev.crossfade.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's str: counted, cut, split and padded by code points. */
final class PyText {
  private PyText() {}

  static boolean isSpace(int c) {
    return (c >= 0x09 && c <= 0x0D)
        || (c >= 0x1C && c <= 0x20)
        || c == 0x85
        || c == 0xA0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200A)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202F
        || c == 0x205F
        || c == 0x3000;
  }

  static int compare(String left, String right) {
    int shared = Math.min(left.length(), right.length());
    int i = 0;
    while (i < shared && left.charAt(i) == right.charAt(i)) {
      i++;
    }
    if (i > 0 && Character.isHighSurrogate(left.charAt(i - 1))) {
      int order = Integer.compare(left.codePointAt(i - 1), right.codePointAt(i - 1));
      if (order != 0) {
        return order;
      }
    }
    if (i == shared) {
      return Integer.compare(left.length(), right.length());
    }
    return Integer.compare(left.codePointAt(i), right.codePointAt(i));
  }

  static int len(String text) {
    return text.codePointCount(0, text.length());
  }

  static String at(String text, int index) {
    int length = len(text);
    int position = index < 0 ? index + length : index;
    if (position < 0 || position >= length) {
      throw new IndexOutOfBoundsException("string index out of range");
    }
    return slice(text, position, position + 1);
  }

  static <T> T at(List<T> list, int index) {
    int position = index < 0 ? index + list.size() : index;
    if (position < 0 || position >= list.size()) {
      throw new IndexOutOfBoundsException("list index out of range");
    }
    return list.get(position);
  }

  static String slice(String text, int from, int to) {
    int length = len(text);
    int start = bound(from, length);
    int end = Math.max(start, bound(to, length));
    int first = text.offsetByCodePoints(0, start);
    return text.substring(first, text.offsetByCodePoints(first, end - start));
  }

  static <T> List<T> slice(List<T> list, int from, int to) {
    int start = bound(from, list.size());
    return new ArrayList<>(list.subList(start, Math.max(start, bound(to, list.size()))));
  }

  /** Null is an omitted bound. */
  static <T> List<T> slice(List<T> list, Integer from, Integer to, int step) {
    if (step == 0) {
      throw new IllegalArgumentException("slice step cannot be zero");
    }
    int size = list.size();
    int lowest = step < 0 ? -1 : 0;
    int start = from == null ? (step < 0 ? size - 1 : 0) : stepBound(from, size, lowest);
    int end = to == null ? (step < 0 ? -1 : size) : stepBound(to, size, lowest);
    List<T> taken = new ArrayList<>();
    for (long i = start; step > 0 ? i < end : i > end; i += step) {
      taken.add(list.get((int) i));
    }
    return taken;
  }

  static String slice(String text, Integer from, Integer to, int step) {
    List<Integer> points = text.codePoints().boxed().toList();
    StringBuilder taken = new StringBuilder();
    slice(points, from, to, step).forEach(taken::appendCodePoint);
    return taken.toString();
  }

  static int find(String text, String part) {
    int i = indexOf(text, part, 0);
    return i < 0 ? -1 : text.codePointCount(0, i);
  }

  static int rfind(String text, String part) {
    int i = lastIndexOf(text, part, text.length());
    return i < 0 ? -1 : text.codePointCount(0, i);
  }

  static String lstrip(String text, String characters) {
    int start = 0;
    while (start < text.length() && isOneOf(text.codePointAt(start), characters)) {
      start += Character.charCount(text.codePointAt(start));
    }
    return text.substring(start);
  }

  static String rstrip(String text, String characters) {
    int end = text.length();
    while (end > 0 && isOneOf(text.codePointBefore(end), characters)) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(0, end);
  }

  static List<String> split(String text, int maxsplit) {
    List<String> parts = new ArrayList<>();
    int i = 0;
    while (true) {
      while (i < text.length() && isSpace(text.charAt(i))) {
        i++;
      }
      if (i == text.length()) {
        return parts;
      }
      if (maxsplit >= 0 && parts.size() == maxsplit) {
        parts.add(text.substring(i)); // the rest keeps its trailing white space
        return parts;
      }
      int start = i;
      while (i < text.length() && !isSpace(text.charAt(i))) {
        i++;
      }
      parts.add(text.substring(start, i));
    }
  }

  static List<String> rsplit(String text, int maxsplit) {
    List<String> parts = new ArrayList<>();
    int end = text.length();
    while (true) {
      while (end > 0 && isSpace(text.charAt(end - 1))) {
        end--;
      }
      if (end == 0) {
        break;
      }
      int start = end;
      boolean isLast = maxsplit >= 0 && parts.size() == maxsplit;
      while (start > 0 && (isLast || !isSpace(text.charAt(start - 1)))) {
        start--;
      }
      parts.add(text.substring(start, end));
      end = start;
    }
    Collections.reverse(parts);
    return parts;
  }

  static List<String> split(String text, String separator, int maxsplit) {
    requireSeparator(separator);
    List<String> parts = new ArrayList<>();
    int start = 0;
    int next = indexOf(text, separator, 0);
    while (next >= 0 && (maxsplit < 0 || parts.size() < maxsplit)) {
      parts.add(text.substring(start, next));
      start = next + separator.length();
      next = indexOf(text, separator, start);
    }
    parts.add(text.substring(start));
    return parts;
  }

  static List<String> rsplit(String text, String separator, int maxsplit) {
    requireSeparator(separator);
    List<String> parts = new ArrayList<>();
    int end = text.length();
    int next = lastIndexOf(text, separator, end);
    while (next >= 0 && (maxsplit < 0 || parts.size() < maxsplit)) {
      parts.add(text.substring(next + separator.length(), end));
      end = next;
      next = lastIndexOf(text, separator, end);
    }
    parts.add(text.substring(0, end));
    Collections.reverse(parts);
    return parts;
  }

  static List<String> splitlines(String text, boolean keepEnds) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); ) {
      int end = i;
      if (!isLineEnd(text.charAt(i++))) {
        continue;
      }
      if (text.charAt(end) == '\r' && i < text.length() && text.charAt(i) == '\n') {
        i++;
      }
      lines.add(text.substring(start, keepEnds ? i : end));
      start = i;
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  static String pad(String text, int before, int after, String fill) {
    if (len(fill) != 1) {
      throw new IllegalArgumentException("The fill character must be exactly one character long");
    }
    return fill.repeat(Math.max(before, 0)) + text + fill.repeat(Math.max(after, 0));
  }

  static String center(String text, int width, String fill) {
    int missing = Math.max(width - len(text), 0);
    int before = missing / 2 + (missing & width & 1); // CPython puts the odd one by the width
    return pad(text, before, missing - before, fill);
  }

  static String zfill(String text, int width) {
    String zeros = "0".repeat(Math.max(width - len(text), 0));
    boolean signed = text.startsWith("+") || text.startsWith("-");
    return signed ? text.charAt(0) + zeros + text.substring(1) : zeros + text;
  }

  static String htmlEscape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#x27;");
  }

  private static boolean isLineEnd(char c) {
    return (c >= 0x0A && c <= 0x0D)
        || (c >= 0x1C && c <= 0x1E)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  private static boolean isOneOf(int codePoint, String characters) {
    return characters == null
        ? isSpace(codePoint)
        : characters.codePoints().anyMatch(c -> c == codePoint);
  }

  private static int bound(int index, int length) {
    return Math.min(Math.max(index < 0 ? index + length : index, 0), length);
  }

  private static int stepBound(int index, int length, int lowest) {
    int position = index < 0 ? index + length : index;
    return Math.min(Math.max(position, lowest), length + lowest);
  }

  private static int indexOf(String text, String part, int from) {
    int i = text.indexOf(part, from);
    while (i >= 0 && cutsPair(text, i, part)) {
      i = text.indexOf(part, i + 1);
    }
    return i;
  }

  private static int lastIndexOf(String text, String part, int end) {
    int i = end < part.length() ? -1 : text.lastIndexOf(part, end - part.length());
    while (i >= 0 && cutsPair(text, i, part)) {
      i = i == 0 ? -1 : text.lastIndexOf(part, i - 1);
    }
    return i;
  }

  /** Whether the part found at {@code start} begins or ends inside a surrogate pair. */
  private static boolean cutsPair(String text, int start, String part) {
    return isInsidePair(text, start) || isInsidePair(text, start + part.length());
  }

  private static boolean isInsidePair(String text, int i) {
    return i > 0
        && i < text.length()
        && Character.isSurrogatePair(text.charAt(i - 1), text.charAt(i));
  }

  private static void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw new IllegalArgumentException("empty separator");
    }
  }
}
