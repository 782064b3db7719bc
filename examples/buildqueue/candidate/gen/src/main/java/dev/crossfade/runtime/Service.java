package dev.crossfade.runtime;

import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;

/** The running server: it starts, tells its health, and drains when the process is told to end. */
public final class Service {
  /**
   * What a server is made of; {@code fallback} answers methods that no RPC names, or is null.
   * Without {@code ownHealth} it has grpc.health.v1.Health too.
   */
  record Parts(
      List<Rpc> rpcs,
      Function<Rpc, ServerCallHandler<byte[], byte[]>> handlers,
      HandlerRegistry fallback,
      List<ServerInterceptor> interceptors,
      boolean ownHealth) {}

  private static final int SIGNALLED = 143; // what a JVM ends with that SIGTERM has ended

  private final Config config;
  private final Health health;
  private final Server server;
  private final ScheduledExecutorService timer;
  private final List<Runnable> afterDrain = new ArrayList<>();
  private boolean draining;
  private boolean drained;
  private boolean ready;

  private Service(Config config, Health health, Server server, ScheduledExecutorService timer) {
    this.config = config;
    this.health = health;
    this.server = server;
    this.timer = timer;
  }

  /** Starts a server whose every RPC is answered by its handler, with Python's error texts. */
  public static Service start(Config config, List<Rpc> rpcs) throws IOException {
    return start(config, rpcs, ErrorTable.python());
  }

  /**
   * Starts a server whose every RPC is answered by its handler; the first interceptor is outermost.
   */
  public static Service start(
      Config config, List<Rpc> rpcs, ErrorTable errors, ServerInterceptor... interceptors)
      throws IOException {
    Log.install(config);
    Workers workers = new Workers("handler", config.concurrency(), config.waiting());
    List<Rpc> ported = rpcs.stream().filter(rpc -> rpc.handler() != null).toList();
    Parts parts =
        new Parts(
            ported,
            rpc -> new HandlerCalls(rpc, workers, errors, config.maxRequestBytes()),
            null,
            Arrays.asList(interceptors),
            true);
    Telemetry telemetry = Telemetry.start(config);
    Service service = start(config, parts, telemetry, timer());
    service.afterDrain(workers::close);
    service.afterDrain(telemetry::close);
    service.ready(true);
    return service;
  }

  /** Starts a server that is not ready yet. */
  static Service start(
      Config config, Parts parts, Telemetry telemetry, ScheduledExecutorService timer)
      throws IOException {
    Map<String, List<Rpc>> services = new LinkedHashMap<>();
    for (Rpc rpc : parts.rpcs()) {
      String name = rpc.method().getServiceName();
      services.computeIfAbsent(name, unused -> new ArrayList<>()).add(rpc);
    }
    Health health = new Health(services.keySet());
    Server server = ServerParts.build(config, parts, services, health, telemetry, timer);
    ServerParts.start(server, "CROSSFADE_PORT", config.port());
    Service service = new Service(config, health, server, timer);
    service.startHealth();
    Runtime.getRuntime().addShutdownHook(new Thread(service::drain, "drain"));
    Sigterm.onSignal(() -> System.exit(service.drain() ? 0 : SIGNALLED));
    Log.event(Level.INFO, "config.read", "settings", config.settings().values());
    Log.event(Level.INFO, "server.started", "port", server.getPort());
    return service;
  }

  /** It outlives the server: a probe that finds nobody would restart what is draining. */
  private void startHealth() {
    Server alone = ServerParts.health(config, health);
    if (alone != null) {
      ServerParts.start(alone, "CROSSFADE_HEALTH_PORT", config.healthPort());
      afterDrain(alone::shutdownNow);
    }
  }

  /** One daemon thread for everything that is looked at now and then. */
  static ScheduledExecutorService timer() {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, "timer");
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Where it listens. */
  public int port() {
    return server.getPort();
  }

  /** Says whether it is ready for calls. */
  public void ready(boolean ready) {
    synchronized (health) {
      if (ready != this.ready) {
        this.ready = ready;
        Log.event(Level.INFO, "readiness.changed", "ready", ready);
      }
      health.ready(ready);
    }
  }

  /** Something to do when the last call has ended, in this order. */
  public synchronized void afterDrain(Runnable task) {
    afterDrain.add(task);
  }

  /** Waits until the server has ended. */
  public void awaitTermination() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * NOT_SERVING, a pause in which endpoints forget us, no new call, time for the others, the end.
   *
   * @return true when every call has come to its own end
   */
  public synchronized boolean drain() {
    if (draining) {
      return drained;
    }
    draining = true;
    Log.direct();
    Log.event(Level.INFO, "drain.started", "pause_s", config.drainPause().toMillis() / 1e3);
    health.drain();
    try {
      Thread.sleep(config.drainPause().toMillis());
      server.shutdown();
      drained = server.awaitTermination(config.drain().toMillis(), TimeUnit.MILLISECONDS);
      if (!drained) {
        server.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
      }
      Log.event(Level.INFO, "drain.ended", "all_calls_ended", drained);
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    afterDrain.forEach(Runnable::run);
    timer.shutdownNow();
    return drained;
  }
}
