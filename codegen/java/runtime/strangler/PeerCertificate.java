package dev.crossfade.runtime.strangler;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Forwards the client's certificate to legacy in a header, because TLS ends here.
 *
 * <p>The format of x-forwarded-client-cert is Envoy's. If this server verified the client, a header
 * that the client sent is discarded; else it is left unchanged.
 */
final class PeerCertificate {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("x-forwarded-client-cert", Metadata.ASCII_STRING_MARSHALLER);
  private static final String KNOWN = "crossfade.client-cert";
  private static final String PRINTABLE =
      " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"; // as crossfade's proxy writes it

  private PeerCertificate() {}

  /** Replaces the header if the connection has a verified client. */
  static void pass(Attributes connection, Metadata headers) {
    SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return;
    }
    try {
      String known = (String) session.getValue(KNOWN);
      if (known == null
          && session.getPeerCertificates()[0] instanceof X509Certificate certificate) {
        known = describe(certificate);
        session.putValue(KNOWN, known); // the same for all calls of a connection
      }
      if (known != null) {
        headers.discardAll(HEADER);
        headers.put(HEADER, known);
      }
    } catch (SSLPeerUnverifiedException e) {
      // the client presented no certificate
    } catch (GeneralSecurityException e) {
      headers.discardAll(HEADER);
    }
  }

  private static String describe(X509Certificate certificate) throws GeneralSecurityException {
    byte[] der = certificate.getEncoded();
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END CERTIFICATE-----\n";
    String subject = certificate.getSubjectX500Principal().getName();
    List<String> parts = new ArrayList<>();
    parts.add("Hash=" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der)));
    parts.add("Cert=\"" + quote(pem, "-._~") + "\"");
    String escaped = subject.replace("\\", "\\\\").replace("\"", "\\\"");
    parts.add("Subject=\"" + quote(escaped, PRINTABLE) + "\"");
    parts.addAll(names(certificate, 6, "URI=", "-._~:/?#[]@!$&'()*+=%"));
    parts.addAll(names(certificate, 2, "DNS=", "-._~*"));
    return String.join(";", parts);
  }

  /** Subject alternative names of one kind, by its number in RFC 5280. */
  private static List<String> names(
      X509Certificate certificate, int kind, String label, String safe)
      throws CertificateParsingException {
    List<String> found = new ArrayList<>();
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    for (List<?> name : names == null ? List.<List<?>>of() : names) {
      if (name.get(0).equals(kind)) {
        found.add(label + quote((String) name.get(1), safe));
      }
    }
    return found;
  }

  private static String quote(String text, String safe) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || safe.indexOf(c) >= 0)) {
        out.append(c);
      } else {
        out.append(String.format("%%%02X", (int) c));
      }
    }
    return out.toString();
  }
}
