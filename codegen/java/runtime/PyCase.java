package dev.crossfade.runtime;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Python's upper and lower case and its character classes, independent of the locale. */
final class PyCase {
  private static final int CAPITAL_SIGMA = 0x3A3;
  private static final int SMALL_SIGMA = 0x3C3;
  private static final int FINAL_SIGMA = 0x3C2;
  private static final int CAPITAL_I_WITH_DOT = 0x130;
  private static final int N_WITH_APOSTROPHE = 0x149;

  /** Punctuation that does not end a word (Word_Break MidLetter, MidNumLet, Single_Quote). */
  private static final String INSIDE_WORDS =
      "'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";

  /** First and last code points of digits that are not decimal, such as superscripts. */
  private static final int[] ODD_DIGITS = {
    0xB2, 0xB3, 0xB9, 0xB9, 0x1369, 0x1371, 0x19DA, 0x19DA, 0x2070, 0x2070, 0x2074, 0x2079, 0x2080,
    0x2089, 0x2460, 0x2468, 0x2474, 0x247C, 0x2488, 0x2490, 0x24EA, 0x24EA, 0x24F5, 0x24FD, 0x24FF,
    0x24FF, 0x2776, 0x277E, 0x2780, 0x2788, 0x278A, 0x2792, 0x10A40, 0x10A43, 0x10E60, 0x10E68,
    0x11052, 0x1105A, 0x1F100, 0x1F10A
  };

  /** Ideographs that stand for numbers. */
  private static final String NUMBER_IDEOGRAPHS =
      "\u3405\u3483\u382A\u3B4D\u4E00\u4E03\u4E07\u4E09\u4E5D\u4E8C\u4E94\u4E96\u4EBF\u4EC0"
          + "\u4EDF\u4EE8\u4F0D\u4F70\u5104\u5146\u5169\u516B\u516D\u5341\u5343\u5344\u5345\u534C"
          + "\u53C1\u53C2\u53C3\u53C4\u56DB\u58F1\u58F9\u5E7A\u5EFE\u5EFF\u5F0C\u5F0D\u5F0E\u5F10"
          + "\u62FE\u634C\u67D2\u6F06\u7396\u767E\u8086\u842C\u8CAE\u8CB3\u8D30\u9621\u9646\u964C"
          + "\u9678\u96F6\uF96B\uF973\uF978\uF9B2\uF9D1\uF9D3\uF9FD\uD840\uDC01\uD840\uDC64"
          + "\uD840\uDCE2\uD840\uDD21\uD842\uDD2A\uD842\uDD83\uD842\uDD8C\uD842\uDD9C\uD842\uDEEA"
          + "\uD842\uDEFD\uD842\uDF19\uD848\uDF90\uD84A\uDD98\uD84E\uDF1B\uD858\uDE6D\uD87E\uDC90";

  private PyCase() {}

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    eachPoint(text, (at, point) -> appendLower(lower, text, at, point));
    return lower.toString();
  }

  static String swapcase(String text) {
    StringBuilder swapped = new StringBuilder(text.length());
    eachPoint(
        text,
        (at, point) -> {
          if (Character.isUpperCase(point)) {
            appendLower(swapped, text, at, point);
          } else if (Character.isLowerCase(point)) {
            swapped.append(upper(Character.toString(point)));
          } else {
            swapped.appendCodePoint(point);
          }
        });
    return swapped.toString();
  }

  static String capitalize(String text) {
    StringBuilder capitalized = new StringBuilder(text.length());
    eachPoint(
        text,
        (at, point) -> {
          if (at == 0) {
            capitalized.append(titled(point));
          } else {
            appendLower(capitalized, text, at, point);
          }
        });
    return capitalized.toString();
  }

  static String title(String text) {
    StringBuilder titled = new StringBuilder(text.length());
    eachPoint(
        text,
        (at, point) -> {
          if (at > 0 && isCased(text.codePointBefore(at))) {
            appendLower(titled, text, at, point);
          } else {
            titled.append(titled(point));
          }
        });
    return titled.toString();
  }

  static String casefold(String text) {
    StringBuilder folded = new StringBuilder(text.length());
    eachPoint(text, (at, point) -> folded.append(folded(point)));
    return folded.toString();
  }

  static boolean isAlpha(int point) {
    return Character.isLetter(point);
  }

  static boolean isDecimal(int point) {
    return Character.isDigit(point);
  }

  static boolean isDigit(int point) {
    boolean odd = false;
    for (int i = 0; i < ODD_DIGITS.length && !odd; i += 2) {
      odd = point >= ODD_DIGITS[i] && point <= ODD_DIGITS[i + 1];
    }
    return odd || Character.isDigit(point);
  }

  static boolean isNumeric(int point) {
    return switch (Character.getType(point)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      case Character.SURROGATE -> false; // half of one of the ideographs below
      default -> NUMBER_IDEOGRAPHS.indexOf(point) >= 0;
    };
  }

  static boolean isAlnum(int point) {
    return isAlpha(point) || isNumeric(point);
  }

  static boolean isPrintable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> point == ' ';
      default -> true;
    };
  }

  /** Like Python's classes: every character must match, and there must be at least one. */
  static boolean all(String text, IntPredicate isMember) {
    return !text.isEmpty() && text.codePoints().allMatch(isMember);
  }

  static boolean isUpper(String text) {
    return text.codePoints().anyMatch(Character::isUpperCase)
        && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isLower(String text) {
    return text.codePoints().anyMatch(Character::isLowerCase)
        && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  private interface PointAction {
    void take(int at, int point);
  }

  private static void eachPoint(String text, PointAction action) {
    int point;
    for (int at = 0; at < text.length(); at += Character.charCount(point)) {
      point = text.codePointAt(at);
      action.take(at, point);
    }
  }

  private static void appendLower(StringBuilder lower, String text, int at, int point) {
    if (point == CAPITAL_SIGMA) {
      lower.appendCodePoint(isFinal(text, at) ? FINAL_SIGMA : SMALL_SIGMA);
    } else if (point == CAPITAL_I_WITH_DOT) {
      lower.append("i\u0307"); // the only one that becomes two
    } else {
      lower.appendCodePoint(Character.toLowerCase(point));
    }
  }

  /** Whether the letter at {@code at} ends a word: cased letters before it and none after. */
  private static boolean isFinal(String text, int at) {
    int before = at;
    while (before > 0 && isIgnorable(text.codePointBefore(before))) {
      before -= Character.charCount(text.codePointBefore(before));
    }
    if (before == 0 || !isCased(text.codePointBefore(before))) {
      return false;
    }
    int behind = at + 1;
    while (behind < text.length() && isIgnorable(text.codePointAt(behind))) {
      behind += Character.charCount(text.codePointAt(behind));
    }
    return behind == text.length() || !isCased(text.codePointAt(behind));
  }

  private static boolean isCased(int point) {
    return Character.isLowerCase(point)
        || Character.isUpperCase(point)
        || Character.isTitleCase(point);
  }

  private static boolean isIgnorable(int point) {
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> INSIDE_WORDS.indexOf(point) >= 0;
    };
  }

  /** The title case of Unicode's SpecialCasing, derived from the JDK's data. */
  private static String titled(int point) {
    String upper = upper(Character.toString(point));
    boolean hasOwn = Character.toTitleCase(point) != point || Character.isTitleCase(point);
    if (hasOwn || PyText.len(upper) == 1) {
      return Character.toString(Character.toTitleCase(point));
    }
    if (point == N_WITH_APOSTROPHE) {
      return upper;
    }
    String rest = upper.substring(1).toLowerCase(Locale.ROOT);
    return upper.charAt(0) + rest.replace('\u03B9', '\u0345');
  }

  /** Unicode's full case folding, derived from the JDK's data. */
  private static String folded(int point) {
    boolean isCherokee =
        (point >= 0x13A0 && point <= 0x13FD) || (point >= 0xAB70 && point <= 0xABBF);
    if (isCherokee || point == '\u0131') {
      return isCherokee ? upper(Character.toString(point)) : "\u0131";
    }
    if (point == '\u1E9E') {
      return "ss";
    }
    return point < 0x80
        ? Character.toString(Character.toLowerCase(point))
        : upper(Character.toString(point)).toLowerCase(Locale.ROOT);
  }
}
