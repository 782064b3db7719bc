package dev.crossfade.buildqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.crossfade.runtime.Rpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the build checks of the whole service. */
class SmokeTest {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          dev.crossfade.buildqueue.v1.BuildServiceGrpc.getServiceDescriptor());

  @Test
  void everyRpcIsServedOnce() {
    Stream<MethodDescriptor<?, ?>> methods =
        SERVICES.stream().flatMap(service -> service.getMethods().stream());
    List<String> served = Main.rpcs().stream().map(Rpc::name).toList();
    List<String> contract = methods.map(MethodDescriptor::getFullMethodName).toList();
    assertEquals(new TreeSet<>(contract), new TreeSet<>(served));
    assertEquals(contract.size(), served.size());
  }
}
