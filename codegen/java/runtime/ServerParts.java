package dev.crossfade.runtime;

import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Builds the gRPC server. */
final class ServerParts {
  private ServerParts() {}

  static Server build(
      Config config,
      Service.Parts parts,
      Map<String, List<Rpc>> services,
      Health health,
      Telemetry telemetry,
      ScheduledExecutorService timer)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address(config, config.port()), credentials(config, timer));
    limits(builder, config);
    builder.directExecutor(); // forwarding needs no thread switch; handlers have their workers
    services.forEach((name, rpcs) -> builder.addService(definition(name, rpcs, parts)));
    // a service of the contract replaces the server's own
    for (BindableService own : own(config, parts, health)) {
      if (!services.containsKey(own.bindService().getServiceDescriptor().getName())) {
        builder.addService(own);
      }
    }
    if (parts.fallback() != null) {
      builder.fallbackHandlerRegistry(parts.fallback());
    }
    List<ServerInterceptor> interceptors = new ArrayList<>(parts.interceptors());
    Collections.reverse(interceptors); // the one added last is outermost
    interceptors.forEach(builder::intercept);
    telemetry.server(builder); // its interceptor is outermost: the others log with trace ids
    return builder.build();
  }

  private static List<BindableService> own(Config config, Service.Parts parts, Health health) {
    List<BindableService> services = new ArrayList<>();
    if (parts.ownHealth()) {
      services.add(health.service());
    }
    if (config.reflection()) {
      services.add(ProtoReflectionServiceV1.newInstance());
      services.add(olderReflection());
    }
    return services;
  }

  /** A server for health only, on the health port; null if none is set. */
  static Server health(Config config, Health health) {
    return config.healthPort() == 0
        ? null
        : NettyServerBuilder.forAddress(
                address(config, config.healthPort()), InsecureServerCredentials.create())
            .addService(health.service())
            .build();
  }

  /**
   * Starts listening.
   *
   * @throws ConfigException if the port can't be used
   */
  static void start(Server server, String variable, int port) {
    try {
      server.start();
    } catch (IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String got = port + " (" + cause.getMessage() + ")";
      throw new ConfigException(List.of(variable + ": expected a free port, got " + got));
    }
  }

  private static InetSocketAddress address(Config config, int port) {
    return config.host() == null
        ? new InetSocketAddress(port)
        : new InetSocketAddress(config.host(), port);
  }

  private static ServerCredentials credentials(Config config, ScheduledExecutorService timer)
      throws IOException {
    return config.tlsCert() == null
        ? InsecureServerCredentials.create()
        : new Tls(config.tlsReload(), timer)
            .server(config.tlsCert(), config.tlsKey(), config.tlsClientCa());
  }

  private static void limits(NettyServerBuilder builder, Config config) {
    builder
        .maxInboundMessageSize(config.maxTransportBytes())
        .maxInboundMetadataSize(config.maxMetadataBytes())
        .permitKeepAliveTime(config.keepalivePermit().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveWithoutCalls(true);
    if (!config.keepalive().isZero()) {
      builder.keepAliveTime(config.keepalive().toMillis(), TimeUnit.MILLISECONDS);
    }
    if (!config.maxConnectionAge().isZero()) {
      builder.maxConnectionAge(config.maxConnectionAge().toMillis(), TimeUnit.MILLISECONDS);
    }
    if (!config.maxConnectionGrace().isZero()) {
      builder.maxConnectionAgeGrace(config.maxConnectionGrace().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** A service with messages as bytes; it keeps the contract's descriptor, for reflection. */
  private static ServerServiceDefinition definition(
      String name, List<Rpc> rpcs, Service.Parts parts) {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(name)
            .setSchemaDescriptor(rpcs.get(0).method().getSchemaDescriptor());
    List<ServerMethodDefinition<byte[], byte[]>> methods = new ArrayList<>();
    for (Rpc rpc : rpcs) {
      methods.add(
          ServerMethodDefinition.create(Bytes.method(rpc.method()), parts.handlers().apply(rpc)));
    }
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder definition =
        ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(definition::addMethod);
    return definition.build();
  }

  /** v1alpha, which many clients still need (grpcio-reflection, older grpcurl). */
  @SuppressWarnings("deprecation")
  private static BindableService olderReflection() {
    return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
  }
}
