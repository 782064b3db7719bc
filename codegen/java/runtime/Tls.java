package dev.crossfade.runtime;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Credentials from PEM files, which are read again when they change. */
public final class Tls {
  private static final long EVERY_S = 60;

  private Tls() {}

  /** What a server shows, and the authority that its clients must be signed by, or null. */
  public static ServerCredentials server(
      Path cert, Path key, Path clientCa, ScheduledExecutorService timer)
      throws IOException {
    TlsServerCredentials.Builder credentials =
        TlsServerCredentials.newBuilder().keyManager(keys(cert, key, timer));
    if (clientCa != null) {
      credentials
          .trustManager(trust(clientCa, Verification.CERTIFICATE_ONLY_VERIFICATION, timer))
          .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
    }
    return credentials.build();
  }

  /** Whom a client trusts (null: whom the JVM trusts), and what it shows, or null. */
  public static ChannelCredentials client(
      Path ca, Path cert, Path key, ScheduledExecutorService timer)
      throws IOException {
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    if (ca != null) {
      credentials.trustManager(
          trust(ca, Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION, timer));
    }
    if (cert != null) {
      credentials.keyManager(keys(cert, key, timer));
    }
    return credentials.build();
  }

  private static AdvancedTlsX509KeyManager keys(
      Path cert, Path key, ScheduledExecutorService timer)
      throws IOException {
    AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    try {
      keys.updateIdentityCredentials(cert.toFile(), key.toFile(), EVERY_S, TimeUnit.SECONDS, timer);
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "%s, %s: expected PEM files of a certificate chain and of its key, got: %s"
              .formatted(cert, key, e.getMessage()),
          e);
    }
    return keys;
  }

  private static AdvancedTlsX509TrustManager trust(
      Path ca, Verification verification, ScheduledExecutorService timer)
      throws IOException {
    try {
      AdvancedTlsX509TrustManager trust =
          AdvancedTlsX509TrustManager.newBuilder().setVerification(verification).build();
      trust.updateTrustCredentials(ca.toFile(), EVERY_S, TimeUnit.SECONDS, timer);
      return trust;
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "%s: expected a PEM file of certificates alone, got: %s".formatted(ca, e.getMessage()),
          e);
    }
  }
}
