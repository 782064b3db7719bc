package parity;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the service gave for the handles of a session.
 *
 * <p>In a session <code>${h1}</code> is a value that the service makes itself, the same one wherever it stands again;
 * <code>${h1#}</code> is one that JSON has as a number, <code>${*}</code> any value, <code>${$}</code> a dollar sign.
 */
final class Values {
  private static final Pattern MARK = Pattern.compile("\\$\\{(\\$|h\\d+#?)\\}");
  private static final String ANYTHING = "${*}";
  private static final int SHOWN_CHARS = 200;

  private final Map<String, String> known = new HashMap<>();

  /** A request with the service's own values in it. */
  JsonElement filled(JsonElement value) {
    if (value.isJsonObject()) {
      JsonObject filled = new JsonObject();
      value.getAsJsonObject().entrySet().forEach(item -> filled.add(item.getKey(), filled(item.getValue())));
      return filled;
    }
    if (value.isJsonArray()) {
      JsonArray filled = new JsonArray();
      value.getAsJsonArray().forEach(item -> filled.add(filled(item)));
      return filled;
    }
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      return value;
    }
    String text = filled(value.getAsString());
    return isNumber(value.getAsString()) ? new JsonPrimitive(new BigDecimal(text)) : new JsonPrimitive(text);
  }

  /** A text with the service's own values in it. */
  String filled(String text) {
    return MARK.matcher(text).replaceAll(mark -> Matcher.quoteReplacement(value(mark.group(1))));
  }

  /** Learns a handle from a place in an answer, if there is one. */
  void take(JsonPrimitive mark, JsonElement value, JsonArray path) {
    JsonElement at = value;
    for (JsonElement step : path) {
      at = at == null ? null : step(at, step.getAsJsonPrimitive());
    }
    if (at != null) {
      isSame(mark, at);
    }
  }

  private static JsonElement step(JsonElement value, JsonPrimitive step) {
    if (step.isString()) {
      return value.isJsonObject() ? value.getAsJsonObject().get(step.getAsString()) : null;
    }
    boolean has = value.isJsonArray() && step.getAsInt() < value.getAsJsonArray().size();
    return has ? value.getAsJsonArray().get(step.getAsInt()) : null;
  }

  /** Adds one line for each place at which an answer is another one. */
  void compare(JsonElement expected, JsonElement found, String path, List<String> differences) {
    if (expected.isJsonPrimitive() && expected.getAsString().equals(ANYTHING)) {
      return;
    }
    if (found != null && expected.isJsonObject() && found.isJsonObject()) {
      compareMembers(expected.getAsJsonObject(), found.getAsJsonObject(), path, differences);
    } else if (found != null
        && expected.isJsonArray()
        && found.isJsonArray()
        && expected.getAsJsonArray().size() == found.getAsJsonArray().size()) {
      for (int at = 0; at < expected.getAsJsonArray().size(); at++) {
        compare(expected.getAsJsonArray().get(at), found.getAsJsonArray().get(at), path + "/" + at, differences);
      }
    } else if (found == null || !isSame(expected, found)) {
      differences.add("  " + path + ": expected " + shown(expected) + ", got " + shown(found));
    }
  }

  private void compareMembers(JsonObject expected, JsonObject found, String path, List<String> differences) {
    Set<String> keys = new TreeSet<>(expected.keySet());
    keys.addAll(found.keySet());
    for (String key : keys) {
      if (expected.has(key)) {
        compare(expected.get(key), found.get(key), path + "/" + key, differences);
      } else {
        differences.add("  " + path + "/" + key + ": expected nothing, got " + shown(found.get(key)));
      }
    }
  }

  private boolean isSame(JsonElement expected, JsonElement found) {
    if (!expected.isJsonPrimitive() || !found.isJsonPrimitive()) {
      return expected.equals(found);
    }
    JsonPrimitive one = expected.getAsJsonPrimitive();
    JsonPrimitive other = found.getAsJsonPrimitive();
    if (one.isString() && MARK.matcher(one.getAsString()).find()) {
      return other.isNumber() == isNumber(one.getAsString()) && learn(one.getAsString(), other.getAsString());
    }
    if (one.isNumber() && other.isNumber()) {
      return isWhole(one) == isWhole(other)
          && new BigDecimal(one.getAsString()).compareTo(new BigDecimal(other.getAsString())) == 0;
    }
    return one.isString() == other.isString()
        && one.isBoolean() == other.isBoolean()
        && one.getAsString().equals(other.getAsString());
  }

  /** Whether a text fits; what it gives for handles that were not known yet is known from now on. */
  private boolean learn(String expected, String found) {
    List<String> names = new ArrayList<>();
    StringBuilder pattern = new StringBuilder();
    Matcher mark = MARK.matcher(expected);
    int at = 0;
    while (mark.find()) {
      pattern.append(Pattern.quote(expected.substring(at, mark.start()))).append(pattern(mark.group(1), names));
      at = mark.end();
    }
    pattern.append(Pattern.quote(expected.substring(at)));
    Matcher match = Pattern.compile(pattern.toString(), Pattern.DOTALL).matcher(found);
    if (!match.matches()) {
      return false;
    }
    Set<String> values = new HashSet<>(known.values());
    names.forEach(name -> values.add(match.group(name)));
    if (values.size() < known.size() + names.size()) {
      return false; // two things with one id
    }
    names.forEach(name -> known.put(name, match.group(name)));
    return true;
  }

  private String pattern(String mark, List<String> names) {
    String name = mark.replace("#", "");
    if (name.equals("$") || known.containsKey(name)) {
      return Pattern.quote(name.equals("$") ? "$" : known.get(name));
    }
    if (names.contains(name)) {
      return "\\k<" + name + ">";
    }
    names.add(name);
    return "(?<" + name + ">.+?)";
  }

  private String value(String mark) {
    String name = mark.replace("#", "");
    if (name.equals("$")) {
      return "$";
    }
    if (!known.containsKey(name)) {
      throw new IllegalStateException("no answer gave " + name + ", which this request carries");
    }
    return known.get(name);
  }

  private static boolean isNumber(String text) {
    return text.endsWith("#}") && MARK.matcher(text).matches();
  }

  private static boolean isWhole(JsonPrimitive number) {
    return number.getAsString().matches("-?\\d+");
  }

  private static String shown(JsonElement value) {
    String text = value == null ? "nothing" : value.toString();
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
  }
}
