package dev.crossfade.runtime;

import dev.crossfade.runtime.strangler.CompareService;
import dev.crossfade.runtime.strangler.Comparer;
import dev.crossfade.runtime.strangler.Fallback;
import dev.crossfade.runtime.strangler.LegacyChannel;
import dev.crossfade.runtime.strangler.LegacyConfig;
import dev.crossfade.runtime.strangler.LegacyGateway;
import dev.crossfade.runtime.strangler.Modes;
import dev.crossfade.runtime.strangler.ModesEndpoint;
import dev.crossfade.runtime.strangler.Switch;
import dev.crossfade.runtime.strangler.Warmup;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.logging.Level;
import java.util.stream.Collectors;

/** The server during the port: answers each RPC itself or forwards it to legacy. */
public final class Strangler {
  private final Service service;
  private final Map<Rpc, Switch> switches;
  private final LegacyChannel legacy;
  private Warmth warmth = Warmth.COLD;

  private Strangler(Service service, Map<Rpc, Switch> switches, LegacyChannel legacy) {
    this.service = service;
    this.switches = switches;
    this.legacy = legacy;
  }

  /** Starts the server, with Python's error texts. */
  public static Strangler start(Config config, List<Rpc> rpcs) throws IOException {
    return start(config, rpcs, ErrorTable.python());
  }

  /** Starts the server; the first interceptor is outermost, and sees messages as bytes. */
  public static Strangler start(
      Config config, List<Rpc> rpcs, ErrorTable errors, ServerInterceptor... interceptors)
      throws IOException {
    Log.install(config);
    LegacyConfig settings = LegacyConfig.of(config);
    ScheduledExecutorService timer = Service.timer();
    Telemetry telemetry = Telemetry.start(config);
    Modes modes =
        new Modes(settings.modes(), rpcs.stream().map(Rpc::name).collect(Collectors.toSet()));
    LegacyChannel legacy = LegacyChannel.open(config, settings, telemetry, timer);
    boolean keepAuthority = !settings.tls() && settings.authority() == null;
    LegacyGateway gateway = new LegacyGateway(legacy.channel(), keepAuthority, telemetry);
    CompareService comparisons =
        CompareService.open(config, settings, errors, legacy.channel(), timer);
    Comparer comparer = comparisons == null ? null : comparisons.comparer();
    Workers workers = new Workers("handler", config.concurrency(), config.waiting());
    Map<Rpc, Switch> switches = new LinkedHashMap<>();
    for (Rpc rpc : rpcs) {
      HandlerCalls handler = new HandlerCalls(rpc, workers, errors, config.maxRequestBytes());
      switches.put(rpc, new Switch(rpc, modes, gateway, handler, comparer));
    }
    Fallback fallback = new Fallback(method -> gateway.unknown());
    Service.Parts parts =
        new Service.Parts(
            rpcs, switches::get, fallback, Arrays.asList(interceptors), !settings.legacyHealth());
    Service service = Service.start(config, parts, telemetry, timer);
    if (settings.modesPort() != 0) {
      ModesEndpoint endpoint =
          ModesEndpoint.start(
              config.host(), settings.modesPort(), modes, List.copyOf(switches.values()));
      service.afterDrain(endpoint::close);
    }
    if (comparisons != null) {
      service.afterDrain(comparisons::close);
    }
    service.afterDrain(workers::close);
    service.afterDrain(legacy::close);
    service.afterDrain(telemetry::close);
    Strangler started = new Strangler(service, switches, legacy);
    modes.onChange(started::update);
    legacy.follow(started::update);
    modes.watch(settings.modesPoll(), timer);
    return started;
  }

  /** The server is ready while legacy is connected, or if no RPC needs legacy any more. */
  private void update() {
    boolean needed = switches.values().stream().anyMatch(Switch::needsLegacy);
    boolean first;
    synchronized (this) {
      first = needed && legacy.isConnected() && warmth == Warmth.COLD;
      if (first) {
        warmth = Warmth.WARMING;
      }
      service.ready(!needed || legacy.isConnected() && warmth == Warmth.WARM);
    }
    if (first) {
      Thread thread = new Thread(this::warmUp, "warmup");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Warms up before the server is ready, so that no client waits for a cold first call. */
  private void warmUp() {
    try {
      Warmup.run(legacy.channel());
    } catch (IOException | RuntimeException e) {
      Log.event(Level.WARNING, "warmup.failed", e);
    }
    synchronized (this) {
      warmth = Warmth.WARM;
    }
    update();
  }

  /** The port that it listens on. */
  public int port() {
    return service.port();
  }

  /** Waits until the server has ended. */
  public void awaitTermination() throws InterruptedException {
    service.awaitTermination();
  }

  private enum Warmth {
    COLD,
    WARMING,
    WARM
  }
}
