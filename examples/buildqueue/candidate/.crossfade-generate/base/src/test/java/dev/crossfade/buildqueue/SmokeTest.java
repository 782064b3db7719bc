package dev.crossfade.buildqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.crossfade.runtime.Rpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that every RPC of the contract is served. */
class SmokeTest {
  @Test
  void everyRpcIsServedOnce() {
    Stream<MethodDescriptor<?, ?>> methods =
        services().stream().flatMap(service -> service.getMethods().stream());
    List<String> contract = methods.map(MethodDescriptor::getFullMethodName).toList();
    List<String> served = Main.rpcs().stream().map(Rpc::name).toList();
    assertEquals(new TreeSet<>(contract), new TreeSet<>(served));
    assertEquals(contract.size(), served.size());
  }

  private static List<ServiceDescriptor> services() {
    List<ServiceDescriptor> services = new ArrayList<>();
    // service ci.builds.v1.BuildService
    services.add(dev.crossfade.buildqueue.v1.BuildServiceGrpc.getServiceDescriptor());
    return services;
  }
}
