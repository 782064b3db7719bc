package dev.crossfade.runtime;

import io.grpc.Attributes;
import io.grpc.Grpc;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Who is at the other end of the connection: the client, or a proxy in front of it.
 *
 * @param address its address; null if unknown
 * @param certificates the chain that TLS has verified, its own certificate first; else empty
 */
public record Peer(SocketAddress address, List<X509Certificate> certificates) {
  /** An unknown peer. */
  public static final Peer UNKNOWN = new Peer(null, List.of());

  private static final Set<Integer> EMAIL_DNS_URI_IP = Set.of(1, 2, 6, 7); // RFC 5280, 4.2.1.6
  private static final Pattern ZEROS = Pattern.compile("(?:^|:)0(?::0)+(?:$|:)");

  /** The peer of a connection with these attributes. */
  public static Peer of(Attributes connection) {
    SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    List<X509Certificate> shown = new ArrayList<>();
    try {
      Certificate[] all = session == null ? new Certificate[0] : session.getPeerCertificates();
      for (Certificate certificate : all) {
        if (certificate instanceof X509Certificate known) {
          shown.add(known);
        }
      }
    } catch (SSLPeerUnverifiedException e) {
      // it presented no certificate
    }
    return new Peer(connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR), List.copyOf(shown));
  }

  /** The address as {@code context.peer()} returns it in Python: {@code ipv4:127.0.0.1:50051}. */
  public String text() {
    if (!(address instanceof InetSocketAddress inet) || inet.isUnresolved()) {
      return address == null ? "" : "unix:" + address;
    }
    String host = inet.getAddress().getHostAddress();
    return inet.getAddress() instanceof Inet6Address
        ? "ipv6:%5B" + shortened(host) + "%5D:" + inet.getPort()
        : "ipv4:" + host + ":" + inet.getPort();
  }

  /**
   * The names in the certificate, like {@code context.peer_identities()} in Python: the alternative
   * names, else the common name; empty without a certificate.
   */
  public List<String> identities() {
    if (certificates.isEmpty()) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = certificates.get(0).getSubjectAlternativeNames();
      for (List<?> name : all == null ? List.<List<?>>of() : all) {
        if (name.get(0) instanceof Integer kind && EMAIL_DNS_URI_IP.contains(kind)) {
          names.add((String) name.get(1));
        }
      }
    } catch (CertificateParsingException e) {
      return List.of();
    }
    return names.isEmpty() ? commonNames() : List.copyOf(names);
  }

  private List<String> commonNames() {
    List<String> names = new ArrayList<>();
    try {
      String subject = certificates.get(0).getSubjectX500Principal().getName();
      for (Rdn part : new LdapName(subject).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          names.add(String.valueOf(part.getValue()));
        }
      }
    } catch (InvalidNameException e) {
      return List.of();
    }
    return List.copyOf(names);
  }

  /** Drops the first of the longest runs of zeros (RFC 5952, 4.2). */
  private static String shortened(String address) {
    String longest = "";
    var runs = ZEROS.matcher(address);
    for (int from = 0; runs.find(from); from = runs.start() + 1) {
      longest = runs.group().length() > longest.length() ? runs.group() : longest;
    }
    int at = address.indexOf(longest);
    return longest.isEmpty()
        ? address
        : address.substring(0, at) + "::" + address.substring(at + longest.length());
  }
}
