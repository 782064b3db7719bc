package dev.crossfade.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's re.split, re.findall and re.sub. */
final class PyRegex {
  private PyRegex() {}

  /** With the groups' texts between the parts, null for a group that did not match. */
  static List<String> split(Pattern pattern, String text) {
    List<String> parts = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    int start = 0;
    while (matcher.find()) {
      parts.add(text.substring(start, matcher.start()));
      for (int group = 1; group <= matcher.groupCount(); group++) {
        parts.add(matcher.group(group));
      }
      start = matcher.end();
    }
    parts.add(text.substring(start));
    return parts;
  }

  /** The whole match, or its one group; an empty string if that did not match. */
  static List<String> findall(Pattern pattern, String text) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    int group = matcher.groupCount() == 0 ? 0 : 1;
    if (matcher.groupCount() > 1) {
      throw new IllegalArgumentException("findall: expected at most one group; loop over find()");
    }
    while (matcher.find()) {
      found.add(Objects.requireNonNullElse(matcher.group(group), ""));
    }
    return found;
  }

  /** Accepts a replacement in Python's syntax: {@code \1}, {@code \g<1>} and no dollar signs. */
  static String sub(Pattern pattern, String replacement, String text) {
    Matcher matcher = pattern.matcher(text);
    StringBuilder replaced = new StringBuilder(text.length());
    int start = 0;
    while (matcher.find()) {
      replaced.append(text, start, matcher.start());
      appendReplacement(replaced, replacement, matcher);
      start = matcher.end();
    }
    return replaced.append(text, start, text.length()).toString();
  }

  private static void appendReplacement(StringBuilder to, String replacement, Matcher matcher) {
    for (int i = 0; i < replacement.length(); i++) {
      char c = replacement.charAt(i);
      if (c != '\\') {
        to.append(c);
        continue;
      }
      char next = ++i < replacement.length() ? replacement.charAt(i) : ' ';
      int close = next == 'g' ? replacement.indexOf('>', i) : -1;
      if (next == '\\') {
        to.append(next);
      } else if (next == 'n' || next == 't' || next == 'r') {
        to.append(next == 'n' ? '\n' : next == 't' ? '\t' : '\r');
      } else if (next >= '1' && next <= '9') {
        boolean isTwo = i + 1 < replacement.length() && isDigit(replacement.charAt(i + 1));
        to.append(group(matcher, replacement.substring(i, isTwo ? i + 2 : i + 1)));
        i += isTwo ? 1 : 0;
      } else if (close > i + 2 && replacement.charAt(i + 1) == '<') {
        to.append(group(matcher, replacement.substring(i + 2, close)));
        i = close;
      } else {
        throw new IllegalArgumentException("sub: bad escape in " + replacement);
      }
    }
  }

  private static String group(Matcher matcher, String name) {
    boolean isNumber = name.chars().allMatch(PyRegex::isDigit);
    String text =
        isNumber ? matcher.group(Integer.parseInt(name)) : matcher.group(PyPattern.javaName(name));
    return Objects.requireNonNullElse(text, "");
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
