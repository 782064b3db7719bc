package dev.crossfade.runtime.strangler;

import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Copies, compares and prints metadata. */
final class Metadatas {
  /** crossfade's own lists (compare/headers.py): about the connection, the time, the transport. */
  static final Set<String> NEVER_COMPARED =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "alt-svc",
          "date",
          "age",
          "server",
          "via",
          "content-length",
          "x-powered-by",
          "content-type",
          "grpc-encoding",
          "grpc-accept-encoding",
          "accept-encoding",
          "user-agent",
          "grpc-status",
          "grpc-message",
          "x-crossfade-served-by");

  private static final Pattern ALLOWED = Pattern.compile("(?!-bin$)[0-9a-z._-]+");

  private Metadatas() {}

  static Metadata copy(Metadata metadata) {
    Metadata copy = new Metadata();
    copy.merge(metadata);
    return copy;
  }

  /** Its size in bytes, as HTTP/2 counts it. */
  static int size(Metadata metadata) {
    int size = 0;
    for (List<String> field : fields(metadata)) {
      size += field.get(0).length() + field.get(1).length() + 32;
    }
    return size;
  }

  static boolean same(Metadata one, Metadata other, Set<String> ignored) {
    Set<String> names = names(one);
    names.addAll(names(other));
    names.removeAll(ignored);
    return names.stream().allMatch(name -> values(one, name).equals(values(other, name)));
  }

  /** Name and value of each field, by name; binary values as base64. */
  static List<List<String>> fields(Metadata metadata) {
    List<List<String>> fields = new ArrayList<>();
    for (String name : names(metadata)) {
      values(metadata, name).forEach(value -> fields.add(Arrays.asList(name, value)));
    }
    return fields;
  }

  /** Sorted; names that gRPC does not allow may arrive, but can't be read. */
  private static SortedSet<String> names(Metadata metadata) {
    SortedSet<String> names = new TreeSet<>(metadata.keys());
    names.removeIf(name -> !ALLOWED.matcher(name).matches());
    return names;
  }

  private static List<String> values(Metadata metadata, String name) {
    List<String> values = new ArrayList<>();
    if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      Iterable<byte[]> all =
          metadata.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
      if (all != null) {
        all.forEach(value -> values.add(Base64.getEncoder().encodeToString(value)));
      }
    } else {
      Iterable<String> all =
          metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
      if (all != null) {
        all.forEach(values::add);
      }
    }
    return values;
  }
}
