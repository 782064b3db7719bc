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

/** The running server: it starts, reports its health, and drains when the process must end. */
public final class Service {
  /**
   * The parts of a server; {@code fallback} answers methods that no RPC names, or is null. It also
   * answers grpc.health.v1.Health unless {@code ownHealth} is set.
   */
  record Parts(
      List<Rpc> rpcs,
      Function<Rpc, ServerCallHandler<byte[], byte[]>> handlers,
      HandlerRegistry fallback,
      List<ServerInterceptor> interceptors,
      boolean ownHealth) {}

  private static final int SIGNALLED = 143; // the exit code of a JVM that SIGTERM has ended

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

  /** Starts a server that answers every RPC with its handler, with Python's error texts. */
  public static Service start(Config config, List<Rpc> rpcs) throws IOException {
    return start(config, rpcs, ErrorTable.python());
  }

  /**
   * Starts a server that answers every RPC with its handler; the first interceptor is outermost.
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

  /** Health outlives the server: without an answer, a probe would restart a draining process. */
  private void startHealth() {
    Server alone = ServerParts.health(config, health);
    if (alone != null) {
      ServerParts.start(alone, "CROSSFADE_HEALTH_PORT", config.healthPort());
      afterDrain(alone::shutdownNow);
    }
  }

  /** One daemon thread for all periodic checks. */
  static ScheduledExecutorService timer() {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, "timer");
          thread.setDaemon(true);
          return thread;
        });
  }

  /** The port that it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Reports whether it is ready for calls. */
  public void ready(boolean ready) {
    synchronized (health) {
      if (ready != this.ready) {
        this.ready = ready;
        Log.event(Level.INFO, "readiness.changed", "ready", ready);
      }
      health.ready(ready);
    }
  }

  /** Adds a task to run after the last call has ended, in the order of adding. */
  public synchronized void afterDrain(Runnable task) {
    afterDrain.add(task);
  }

  /** Waits until the server has ended. */
  public void awaitTermination() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * Reports NOT_SERVING, pauses until load balancers have noticed, refuses new calls, waits for the
   * running ones, and stops.
   *
   * @return true if every call ended by itself
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
