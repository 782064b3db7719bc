package dev.crossfade.runtime;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's urljoin: RFC 3986, and no empty segments in a path that was merged. */
final class PyJoin {
  private static final Set<String> RELATIVE =
      Set.of(
          "",
          "ftp",
          "http",
          "gopher",
          "nntp",
          "imap",
          "wais",
          "file",
          "https",
          "shttp",
          "mms",
          "prospero",
          "rtsp",
          "rtsps",
          "rtspu",
          "sftp",
          "svn",
          "svn+ssh",
          "ws",
          "wss");

  private static final Pattern SCHEME =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)", Pattern.DOTALL);

  private static final String ENDS_NETLOC = "/?#";

  private PyJoin() {}

  private record Url(
      String scheme, String netloc, String path, String params, String query, String fragment) {
    String text() {
      String text = params.isEmpty() ? path : path + ";" + params;
      boolean hasNetloc = !netloc.isEmpty() || (!scheme.isEmpty() && !text.startsWith("//"));
      if (hasNetloc) {
        text = "//" + netloc + (text.isEmpty() || text.startsWith("/") ? "" : "/") + text;
      }
      return (scheme.isEmpty() ? "" : scheme + ":")
          + text
          + (query.isEmpty() ? "" : "?" + query)
          + (fragment.isEmpty() ? "" : "#" + fragment);
    }
  }

  static String urljoin(String base, String url) {
    if (base.isEmpty() || url.isEmpty()) {
      return base.isEmpty() ? url : base;
    }
    Url from = parsed(base, "");
    Url to = parsed(url, from.scheme);
    if (!to.scheme.equals(from.scheme) || !RELATIVE.contains(to.scheme)) {
      return url;
    }
    if (!to.netloc.isEmpty()) {
      return to.text();
    }
    if (to.path.isEmpty() && to.params.isEmpty()) {
      String query = to.query.isEmpty() ? from.query : to.query;
      return new Url(to.scheme, from.netloc, from.path, from.params, query, to.fragment).text();
    }
    String path = resolved(from.path, to.path);
    return new Url(to.scheme, from.netloc, path, to.params, to.query, to.fragment).text();
  }

  private static Url parsed(String text, String defaultScheme) {
    String rest = text;
    while (!rest.isEmpty() && rest.charAt(0) <= ' ') {
      rest = rest.substring(1);
    }
    rest = rest.replace("\t", "").replace("\r", "").replace("\n", "");
    Matcher withScheme = SCHEME.matcher(rest);
    boolean hasScheme = withScheme.matches();
    String scheme = hasScheme ? withScheme.group(1).toLowerCase(Locale.ROOT) : defaultScheme;
    rest = hasScheme ? withScheme.group(2) : rest;
    String netloc = "";
    if (rest.startsWith("//")) {
      int end = 2;
      while (end < rest.length() && ENDS_NETLOC.indexOf(rest.charAt(end)) < 0) {
        end++;
      }
      netloc = checked(rest.substring(2, end));
      rest = rest.substring(end);
    }
    String[] fragment = cut(rest, rest.indexOf('#'));
    String[] query = cut(fragment[0], fragment[0].indexOf('?'));
    String[] params = cut(query[0], query[0].indexOf(';', query[0].lastIndexOf('/') + 1));
    return new Url(scheme, netloc, params[0], params[1], query[1], fragment[1]);
  }

  /** The path of RFC 3986: dot segments are removed, even at the front. */
  private static String resolved(String base, String path) {
    List<String> segments = new ArrayList<>();
    if (!path.startsWith("/")) {
      segments.addAll(Arrays.asList(base.split("/", -1)));
      if (!segments.get(segments.size() - 1).isEmpty()) {
        segments.remove(segments.size() - 1);
      }
    }
    segments.addAll(Arrays.asList(path.split("/", -1)));
    if (!path.startsWith("/") && segments.size() > 2) {
      segments.subList(1, segments.size() - 1).removeAll(Collections.singleton(""));
    }
    List<String> kept = new ArrayList<>();
    for (String segment : segments) {
      if (segment.equals("..") && !kept.isEmpty()) {
        kept.remove(kept.size() - 1);
      } else if (!segment.equals("..") && !segment.equals(".")) {
        kept.add(segment);
      }
    }
    String last = segments.get(segments.size() - 1);
    if (last.equals(".") || last.equals("..")) {
      kept.add("");
    }
    String joined = String.join("/", kept);
    return joined.isEmpty() ? "/" : joined;
  }

  private static String[] cut(String text, int at) {
    return at < 0
        ? new String[] {text, ""}
        : new String[] {text.substring(0, at), text.substring(at + 1)};
  }

  /** Rejects hosts with half a bracket, or with characters that turn into separators. */
  private static String checked(String netloc) {
    if ((netloc.indexOf('[') < 0) != (netloc.indexOf(']') < 0)) {
      throw new IllegalArgumentException("Invalid IPv6 URL");
    }
    String host = netloc.replaceAll("[@:#?]", "");
    String normal = Normalizer.normalize(host, Normalizer.Form.NFKC);
    if (!normal.equals(host) && normal.chars().anyMatch(c -> "/?#@:".indexOf(c) >= 0)) {
      throw new IllegalArgumentException(
          "netloc '" + netloc + "' contains invalid characters under NFKC normalization");
    }
    return netloc;
  }
}
