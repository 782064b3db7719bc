package dev.crossfade.buildqueue;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.undertow.Undertow;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Serves both APIs: --grpc-port=50061 --http-port=5001 --db=FILE --seed-dir=DIR. */
public final class Main {
  private Main() {}

  /** Starts both servers and prints their ports; ends on SIGTERM. */
  public static void main(String[] args) throws Exception {
    Map<String, String> flags = flags(args);
    Store store = new Store(flags.get("db"), Path.of(flags.get("seed-dir")));
    int grpcPort = Integer.parseInt(flags.getOrDefault("grpc-port", "50061"));
    Server rpc =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", grpcPort))
            .executor(Executors.newFixedThreadPool(16))
            .addService(new BuildRpc(store))
            .addService(new HealthStatusManager().getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .intercept(new RequestIds())
            .intercept(new Trailers())
            .build()
            .start();
    Undertow web =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(16)
            .addHttpListener(
                Integer.parseInt(flags.getOrDefault("http-port", "5001")),
                "127.0.0.1",
                new WebApi(store).handler())
            .build();
    web.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(rpc, web)));
    InetSocketAddress address = (InetSocketAddress) web.getListenerInfo().get(0).getAddress();
    System.out.printf("READY grpc=%d http=%d%n", rpc.getPort(), address.getPort());
    rpc.awaitTermination();
  }

  private static void stop(Server rpc, Undertow web) {
    web.stop();
    try {
      if (!rpc.shutdown().awaitTermination(2, TimeUnit.SECONDS)) {
        rpc.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
