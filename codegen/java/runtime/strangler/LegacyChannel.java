package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Config;
import dev.crossfade.runtime.Telemetry;
import dev.crossfade.runtime.Tls;
import io.grpc.ChannelCredentials;
import io.grpc.ConnectivityState;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The connections to legacy, and whether one is open. */
public final class LegacyChannel {
  private static final long RECONNECT_S = 2;

  private final ManagedChannel channel;
  private volatile boolean connected;

  private LegacyChannel(ManagedChannel channel) {
    this.channel = channel;
  }

  /** A channel that has not started to connect. */
  public static LegacyChannel open(
      Config config, LegacyConfig legacy, Telemetry telemetry, ScheduledExecutorService timer)
      throws IOException {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(legacy.target(), credentials(config, legacy, timer))
            .directExecutor()
            .defaultLoadBalancingPolicy("round_robin") // one connection would stick to one pod
            .disableServiceConfigLookUp()
            .maxInboundMessageSize(Integer.MAX_VALUE) // the client has its own limit
            .maxInboundMetadataSize(config.maxMetadataBytes());
    if (!legacy.keepalive().isZero()) {
      builder.keepAliveTime(legacy.keepalive().toMillis(), TimeUnit.MILLISECONDS);
    }
    if (legacy.authority() != null) {
      builder.overrideAuthority(legacy.authority());
    }
    telemetry.channel(builder);
    LegacyChannel opened = new LegacyChannel(builder.build());
    timer.scheduleWithFixedDelay(opened::reconnectNow, RECONNECT_S, RECONNECT_S, TimeUnit.SECONDS);
    return opened;
  }

  private static ChannelCredentials credentials(
      Config config, LegacyConfig legacy, ScheduledExecutorService timer) throws IOException {
    return legacy.tls()
        ? new Tls(config.tlsReload(), timer).client(legacy.ca(), legacy.cert(), legacy.key())
        : InsecureChannelCredentials.create();
  }

  /** Connects, and reports each change; a reconnect attempt does not yet count as an outage. */
  public void follow(Runnable onChange) {
    ConnectivityState state = channel.getState(true);
    if (state == ConnectivityState.READY || state == ConnectivityState.TRANSIENT_FAILURE) {
      connected = state == ConnectivityState.READY;
    }
    channel.notifyWhenStateChanged(state, () -> follow(onChange));
    onChange.run();
  }

  /** gRPC waits up to two minutes between attempts, which is too long once legacy is back. */
  private void reconnectNow() {
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.resetConnectBackoff();
    }
  }

  /** The channel itself. */
  public ManagedChannel channel() {
    return channel;
  }

  /** True while calls to legacy can be made. */
  public boolean isConnected() {
    return connected;
  }

  /** Closes the connections. */
  public void close() {
    channel.shutdownNow();
  }
}
