package dev.crossfade.buildqueue;

import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.HandlerInterceptor;
import dev.crossfade.runtime.In;
import dev.crossfade.runtime.Out;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * A pool that is too small: while clients send more requests in a second than it holds, each
 * twentieth of them fails. No mirrored request shows it, and no small share of the clients.
 *
 * <p>BUILDQUEUE_POOL is the number of client requests in a second that it holds; without it, there
 * is no bound.
 */
public final class ConnectionPool implements HandlerInterceptor {
  private static final String ROLE = "x-crossfade-role";
  private static final io.grpc.Metadata.Key<String> ROLE_KEY =
      io.grpc.Metadata.Key.of(ROLE, io.grpc.Metadata.ASCII_STRING_MARSHALLER);
  private static final int EACH = 20;

  private final double perSecond;
  private final LongSupplier nanos;
  private double used;
  private long at;
  private int beyond;

  ConnectionPool(double perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.nanos = nanos;
    this.at = nanos.getAsLong();
  }

  /** As the environment says. */
  public static ConnectionPool fromEnvironment() {
    String bound = System.getenv("BUILDQUEUE_POOL");
    double perSecond = bound == null ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
    return new ConnectionPool(perSecond, System::nanoTime);
  }

  /** Whether a request of a client gets a connection. */
  synchronized boolean hasRoom() {
    if (Double.isInfinite(perSecond)) {
      return true;
    }
    long now = nanos.getAsLong();
    used = Math.max(0, used - (now - at) / 1e9 * perSecond) + 1;
    at = now;
    if (used <= perSecond) {
      return true;
    }
    used = perSecond;
    beyond++;
    return beyond % EACH != 0;
  }

  /** The HTTP API behind the pool. */
  HttpHandler inFrontOf(HttpHandler api) {
    return exchange -> {
      if (isCopy(exchange) || hasRoom()) {
        api.handleRequest(exchange);
      } else {
        exchange.setStatusCode(500);
        exchange.getResponseSender().send("no connection is free\n");
      }
    };
  }

  private static boolean isCopy(HttpServerExchange exchange) {
    return exchange.getRequestHeaders().contains(ROLE);
  }

  @Override
  public <Q, R> CompletionStage<Void> around(
      MethodDescriptor<Q, R> method, In<Q> in, Out<R> out, CallContext context, Next<Q, R> next)
      throws Exception {
    if (!context.headers().containsKey(ROLE_KEY) && !hasRoom()) {
      throw Status.INTERNAL.withDescription("no connection is free").asRuntimeException();
    }
    return next.run(in, out, context);
  }
}
