package dev.crossfade.buildqueue;

import dev.crossfade.runtime.Config;
import dev.crossfade.runtime.ConfigException;
import dev.crossfade.runtime.Rpc;
import dev.crossfade.runtime.Strangler;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Serves both APIs: --grpc-port=50061 --http-port=5001 --db=FILE --seed-dir=DIR. */
public final class Main {
  private Main() {}

  /** Runs until SIGTERM; on a wrong setting it prints a line and exits with code 2. */
  public static void main(String[] args) throws Exception {
    try {
      Map<String, String> flags = flags(args);
      Store store = new Store(flags.get("db"), Path.of(flags.get("seed-dir")));
      ConnectionPool pool = ConnectionPool.fromEnvironment();
      HttpHandler api = pool.inFrontOf(new WebApi(store).handler());
      Undertow web = web(api, Integer.parseInt(flags.getOrDefault("http-port", "5001")));
      List<Rpc> rpcs = rpcs(store).stream().map(each -> each.intercept(pool)).toList();
      Strangler rpc = Strangler.start(Config.fromEnvironment(environment(flags)), rpcs);
      InetSocketAddress address = (InetSocketAddress) web.getListenerInfo().get(0).getAddress();
      System.out.printf("READY grpc=%d http=%d%n", rpc.port(), address.getPort());
      rpc.awaitTermination();
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  /** Every RPC that this process serves. */
  static List<Rpc> rpcs(Store store) {
    List<Rpc> rpcs = new ArrayList<>();
    // service ci.builds.v1.BuildService
    rpcs.addAll(BuildServiceHandlers.rpcs(store));
    return rpcs;
  }

  private static Undertow web(HttpHandler api, int port) {
    Undertow web =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(16)
            .addHttpListener(port, "127.0.0.1", api)
            .build();
    web.start();
    Runtime.getRuntime().addShutdownHook(new Thread(web::stop));
    return web;
  }

  /** On loopback and with a short end, unless the environment says otherwise. */
  private static Map<String, String> environment(Map<String, String> flags) throws URISyntaxException {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.putIfAbsent("CROSSFADE_HOST", "127.0.0.1");
    environment.putIfAbsent("CROSSFADE_PORT", flags.getOrDefault("grpc-port", "50061"));
    environment.putIfAbsent("CROSSFADE_LEGACY", "127.0.0.1:50051");
    environment.putIfAbsent("CROSSFADE_MODES", modes().toString());
    environment.putIfAbsent("CROSSFADE_SERVICE", "buildqueue");
    environment.putIfAbsent("CROSSFADE_DRAIN_PAUSE_S", "0");
    environment.putIfAbsent("CROSSFADE_DRAIN_S", "2");
    return environment;
  }

  /** The project's modes.properties, two folders above the jar. */
  private static Path modes() throws URISyntaxException {
    Path jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return jar.resolveSibling("../modes.properties").normalize();
  }

  private static Map<String, String> flags(String[] args) {
    Map<String, String> flags = new HashMap<>();
    for (String arg : args) {
      String[] parts = arg.replaceFirst("^--", "").split("=", 2);
      if (parts.length != 2) {
        throw new IllegalArgumentException("expected --name=value, got " + arg);
      }
      flags.put(parts[0], parts[1]);
    }
    return flags;
  }
}
