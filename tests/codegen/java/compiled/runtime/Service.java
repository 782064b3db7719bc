package dev.crossfade.runtime;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public final class Service {
  private final Server server;

  private Service(Server server) {
    this.server = server;
  }

  public static Service start(Config config, List<Rpc> rpcs) throws IOException {
    Map<String, ServerServiceDefinition.Builder> services = new LinkedHashMap<>();
    for (Rpc rpc : rpcs) {
      String name = rpc.definition.getMethodDescriptor().getServiceName();
      services.computeIfAbsent(name, ServerServiceDefinition::builder).addMethod(rpc.definition);
    }
    NettyServerBuilder builder = NettyServerBuilder.forPort(0);
    services.values().forEach(service -> builder.addService(service.build()));
    return new Service(builder.build().start());
  }

  public int port() {
    return server.getPort();
  }

  public void awaitTermination() throws InterruptedException {
    server.awaitTermination();
  }
}
