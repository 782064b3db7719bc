package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Bytes;
import dev.crossfade.runtime.Log;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;

/**
 * Sends health checks through a forwarder before the first client connects.
 *
 * <p>The first call through a cold JVM takes about 200 ms; no client should wait for that.
 */
public final class Warmup {
  private static final int CALLS = 300;
  private static final long AT_MOST_NS = TimeUnit.SECONDS.toNanos(5);
  private static final MethodDescriptor<byte[], byte[]> CHECK =
      MethodDescriptor.newBuilder(Bytes.MARSHALLER, Bytes.MARSHALLER)
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("grpc.health.v1.Health/Check")
          .build();

  private Warmup() {}

  /** Calls until warm, for at most five seconds; stops if legacy is not reachable. */
  public static void run(Channel legacy) throws IOException {
    long start = System.nanoTime();
    InetSocketAddress loopback = new InetSocketAddress("127.0.0.1", 0);
    Forwarder forwarder = new Forwarder(legacy, false);
    Server server =
        NettyServerBuilder.forAddress(loopback, InsecureServerCredentials.create())
            .directExecutor()
            .fallbackHandlerRegistry(new Fallback(method -> forwarder))
            .build()
            .start();
    ManagedChannel client =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
            .build();
    int calls = 0;
    try {
      while (calls < CALLS && System.nanoTime() - start < AT_MOST_NS && check(client)) {
        calls++;
      }
    } finally {
      client.shutdownNow();
      server.shutdownNow();
    }
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    Log.event(Level.INFO, "warmup.ended", "calls", calls, "took_ms", took);
  }

  /** Any answer counts, even UNIMPLEMENTED. */
  private static boolean check(Channel client) {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.SECONDS);
    try {
      ClientCalls.blockingUnaryCall(client, CHECK, options, new byte[0]);
      return true;
    } catch (StatusRuntimeException e) {
      Status.Code code = e.getStatus().getCode();
      return code != Status.Code.UNAVAILABLE && code != Status.Code.DEADLINE_EXCEEDED;
    }
  }
}
