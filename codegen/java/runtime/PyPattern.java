package dev.crossfade.runtime;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites a regular expression of Python's re as a Java one that matches the same.
 *
 * <p>Classes, word boundaries and line endings are written out, {@code [} and {@code &&} in a class
 * are plain characters, and named groups lose their P and their underscores.
 */
final class PyPattern {
  private static final String SPACE =
      "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
  private static final String WORD = "\\p{L}\\p{N}_";
  private static final String DIGIT = "\\p{Nd}";

  private static final String EDGE = ofWords("(?:(?<=w)(?!w)|(?<!w)(?=w))");

  /** Before Python 3.14 this does not match in an empty string. */
  private static final String NO_EDGE = ofWords("(?:(?<=w)(?=w)|(?<!w)(?!w)(?!\\A\\z))");

  private static final List<String> OPENERS = List.of("?:", "?=", "?!", "?<=", "?<!", "?>");

  /** Flags that change nothing in what is rewritten here. */
  private static final Pattern INLINE_FLAGS = Pattern.compile("\\?([is]+)([:)])");

  private final String regex;
  private final boolean multiline;
  private final boolean verbose;
  private final StringBuilder java = new StringBuilder();
  private int at;

  private PyPattern(String regex, int flags) {
    this.regex = regex;
    this.multiline = (flags & Pattern.MULTILINE) != 0;
    this.verbose = (flags & Pattern.COMMENTS) != 0;
  }

  static Pattern compile(String regex, int flags) {
    int unicode = (flags & Pattern.CASE_INSENSITIVE) != 0 ? Pattern.UNICODE_CASE : 0;
    return Pattern.compile(
        new PyPattern(regex, flags).rewritten(), flags | unicode | Pattern.UNIX_LINES);
  }

  private String rewritten() {
    while (at < regex.length()) {
      char c = regex.charAt(at++);
      switch (c) {
        case '\\' -> java.append(escape(false));
        case '[' -> characterClass();
        case '(' -> group();
        case '^' -> java.append(multiline ? "(?<![^\\n])" : "\\A");
        case '$' -> java.append(multiline ? "(?=\\n|\\z)" : "(?=\\n?\\z)");
        case '{' -> repeat();
        case '#' -> comment();
        default -> java.append(c == '}' ? "\\}" : c);
      }
    }
    return java.toString();
  }

  /** What follows a backslash. */
  private String escape(boolean inClass) {
    if (at == regex.length()) {
      throw bad("a backslash at the end");
    }
    char c = regex.charAt(at++);
    String open = inClass ? "" : "[";
    String close = inClass ? "" : "]";
    return switch (c) {
      case 'd' -> DIGIT;
      case 'D' -> "[^" + DIGIT + "]";
      case 's' -> open + SPACE + close;
      case 'S' -> "[^" + SPACE + "]";
      case 'w' -> open + WORD + close;
      case 'W' -> "[^" + WORD + "]";
      case 'b' -> inClass ? "\\x08" : EDGE;
      case 'B' -> NO_EDGE;
      case 'A' -> "\\A";
      case 'Z' -> "\\z";
      case 'v' -> "\\x0b";
      case 'U' -> "\\x{" + taken(8) + "}";
      case 'a', 'f', 'n', 'r', 't', 'x', 'u', 'N' -> "\\" + c;
      default -> number(c, inClass);
    };
  }

  /** A reference to a group, an octal number, or a plain character. */
  private String number(char first, boolean inClass) {
    if (first < '0' || first > '9') {
      if ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z')) {
        throw bad("bad escape \\" + first);
      }
      return "\\" + first;
    }
    int end = at;
    while (end < regex.length() && end < at + 2 && isOctal(regex.charAt(end))) {
      end++;
    }
    boolean octal = first == '0' || inClass || (end == at + 2 && isOctal(first));
    if (octal) {
      String digits = first + regex.substring(at, end);
      at = end;
      return "\\x{" + Integer.toHexString(Integer.parseInt(digits, 8)) + "}";
    }
    boolean isTwo = at < regex.length() && Character.isDigit(regex.charAt(at));
    String reference = isTwo ? first + taken(1) : String.valueOf(first);
    return "(?:\\" + reference + ")"; // the group separates a digit that follows
  }

  private void characterClass() {
    java.append('[');
    if (at < regex.length() && regex.charAt(at) == '^') {
      java.append('^');
      at++;
    }
    int start = at;
    while (at < regex.length() && (regex.charAt(at) != ']' || at == start)) {
      char c = regex.charAt(at++);
      if (c == '\\') {
        java.append(escape(true));
      } else if ("[]&^ #".indexOf(c) >= 0) {
        java.append('\\').append(c);
      } else {
        java.append(c);
      }
    }
    if (at == regex.length()) {
      throw bad("an unterminated class");
    }
    at++;
    java.append(']');
  }

  private void group() {
    Matcher flags = INLINE_FLAGS.matcher(regex).region(at, regex.length());
    if (regex.startsWith("?P<", at)) {
      at += 3;
      java.append("(?<").append(name('>')).append('>');
    } else if (regex.startsWith("?P=", at)) {
      at += 3;
      java.append("\\k<").append(name(')')).append('>');
    } else if (regex.startsWith("?#", at)) {
      name(')');
    } else if (flags.lookingAt()) {
      at = flags.end();
      java.append("(?").append(flags.group(1)).append('u').append(flags.group(2));
    } else {
      String opener = OPENERS.stream().filter(o -> regex.startsWith(o, at)).findFirst().orElse("");
      if (opener.isEmpty() && regex.startsWith("?", at)) {
        throw bad("no equivalent in Java, or a flag that pattern() takes as an argument: (?");
      }
      at += opener.length();
      java.append('(').append(opener);
    }
  }

  /** A brace that is not a repeat is literal; {@code {,3}} starts at 0. */
  private void repeat() {
    int close = regex.indexOf('}', at);
    String bounds = close < 0 ? "" : regex.substring(at, close);
    if (!bounds.matches("\\d+(,\\d*)?|,\\d*")) {
      java.append("\\{");
      return;
    }
    java.append('{').append(bounds.startsWith(",") ? "0" : "").append(bounds).append('}');
    at = close + 1;
  }

  private void comment() {
    if (!verbose) {
      java.append("\\#");
      return;
    }
    int end = regex.indexOf('\n', at);
    at = end < 0 ? regex.length() : end;
  }

  private String name(char end) {
    int close = regex.indexOf(end, at);
    if (close < 0) {
      throw bad("an unterminated group");
    }
    String name = regex.substring(at, close);
    at = close + 1;
    return javaName(name);
  }

  /** Java allows no underscore in the name of a group. */
  static String javaName(String name) {
    return name.replace("_", "");
  }

  private String taken(int count) {
    if (at + count > regex.length()) {
      throw bad("an unterminated escape");
    }
    at += count;
    return regex.substring(at - count, at);
  }

  private static String ofWords(String template) {
    return template.replace("w", "[" + WORD + "]");
  }

  private static boolean isOctal(char c) {
    return c >= '0' && c <= '7';
  }

  private IllegalArgumentException bad(String what) {
    return new IllegalArgumentException("pattern: " + what + " in " + regex);
  }
}
