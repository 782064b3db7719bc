package dev.crossfade.runtime.strangler;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a gRPC target is this server itself, where each call would loop forever. */
public final class OwnAddress {
  // host:port, dns:host:port, dns:///host:port, dns://server/host:port, ipv4:a:port, ipv6:[a]:port
  private static final Pattern TARGET =
      Pattern.compile("(?:(?:dns|ipv4|ipv6):(?://[^/]*/)?)?(\\[[^\\]]+\\]|[^:/,]+):(\\d{1,5})");

  private OwnAddress() {}

  /** {@code host} is the address that the server listens on, null for all addresses. */
  public static boolean isOwn(String target, String host, int port) {
    return Arrays.stream(target.split(","))
        .map(TARGET::matcher)
        .filter(Matcher::matches)
        .filter(found -> Integer.parseInt(found.group(2)) == port)
        .flatMap(found -> addresses(found.group(1)).stream())
        .anyMatch(address -> isOwn(address, addresses(host == null ? "0.0.0.0" : host)));
  }

  private static boolean isOwn(InetAddress address, List<InetAddress> listening) {
    boolean everywhere = listening.stream().anyMatch(InetAddress::isAnyLocalAddress);
    if (everywhere) {
      return isLocal(address);
    }
    // a connection to 0.0.0.0 goes to loopback
    boolean loopback = listening.stream().anyMatch(InetAddress::isLoopbackAddress);
    return listening.contains(address) || address.isAnyLocalAddress() && loopback;
  }

  private static boolean isLocal(InetAddress address) {
    try {
      return address.isAnyLocalAddress()
          || address.isLoopbackAddress()
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false;
    }
  }

  /** Empty for a name that does not resolve yet: legacy may start later. */
  private static List<InetAddress> addresses(String host) {
    try {
      return Arrays.asList(InetAddress.getAllByName(host));
    } catch (UnknownHostException e) {
      return List.of();
    }
  }
}
