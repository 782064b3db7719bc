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
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;

/** Credentials from PEM files; changed files apply to new connections. */
public final class Tls {
  private final Duration interval;
  private final ScheduledExecutorService timer;

  /** Checks its files at this interval. */
  public Tls(Duration interval, ScheduledExecutorService timer) {
    this.interval = interval;
    this.timer = timer;
  }

  /** A server's certificate, and the CA that must have signed its clients', or null. */
  public ServerCredentials server(Path cert, Path key, Path clientCa) throws IOException {
    TlsServerCredentials.Builder credentials =
        TlsServerCredentials.newBuilder().keyManager(keys(cert, key));
    if (clientCa != null) {
      credentials
          .trustManager(trust(clientCa, Verification.CERTIFICATE_ONLY_VERIFICATION))
          .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
    }
    return credentials.build();
  }

  /** The CA that a client trusts (null: those of the JVM), and its own certificate, or null. */
  public ChannelCredentials client(Path ca, Path cert, Path key) throws IOException {
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    if (ca != null) {
      credentials.trustManager(trust(ca, Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION));
    }
    if (cert != null) {
      credentials.keyManager(keys(cert, key));
    }
    return credentials.build();
  }

  private AdvancedTlsX509KeyManager keys(Path cert, Path key) throws IOException {
    AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    follow(
        () -> keys.updateIdentityCredentials(cert.toFile(), key.toFile()),
        "PEM files of a certificate chain and its key",
        cert,
        key);
    return keys;
  }

  private AdvancedTlsX509TrustManager trust(Path ca, Verification verification) throws IOException {
    AdvancedTlsX509TrustManager trust;
    try {
      trust = AdvancedTlsX509TrustManager.newBuilder().setVerification(verification).build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no trust manager", e);
    }
    follow(
        () -> trust.updateTrustCredentials(ca.toFile()), "a PEM file with certificates only", ca);
    return trust;
  }

  /** Loads now, and again when the files change; if that fails, the last good ones stay. */
  private void follow(Load load, String expected, Path... files) throws IOException {
    WatchedFiles watched = new WatchedFiles(files);
    watched.poll();
    try {
      load.run();
    } catch (GeneralSecurityException e) {
      List<Path> names = Arrays.asList(files);
      throw new IOException(names + ": expected " + expected + ", got: " + e.getMessage(), e);
    }
    long nanos = interval.toNanos();
    timer.scheduleWithFixedDelay(
        () -> reload(watched, load, files), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private static void reload(WatchedFiles watched, Load load, Path... files) {
    try {
      if (watched.poll() != null) {
        load.run();
        Log.event(Level.INFO, "tls.changed", "files", Arrays.asList(files));
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      Log.event(Level.SEVERE, "tls.kept", "files", Arrays.asList(files), "because", e.toString());
    }
  }

  private interface Load {
    void run() throws IOException, GeneralSecurityException;
  }
}
