package dev.crossfade.runtime.strangler;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** The address of crossfade's ingest socket. */
final class IngestAddress {
  private IngestAddress() {}

  /**
   * Reads host:port or unix:/path; a host name is resolved at each connection.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static SocketAddress parse(String text) {
    if (text.startsWith("unix:")) {
      return UnixDomainSocketAddress.of(text.substring("unix:".length()));
    }
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException(text);
    }
    String host = text.substring(0, colon).replaceAll("^\\[|]$", "");
    return InetSocketAddress.createUnresolved(host, Integer.parseInt(text.substring(colon + 1)));
  }
}
