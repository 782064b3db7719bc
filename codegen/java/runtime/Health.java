package dev.crossfade.runtime;

import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.Set;
import java.util.TreeSet;

/**
 * The server's health: "" and each service report readiness, "liveness" is SERVING until the drain.
 *
 * <p>A readiness probe checks "", a liveness probe checks "liveness": an outage of legacy must not
 * restart this server.
 */
final class Health {
  private static final String LIVENESS = "liveness";

  private final HealthStatusManager manager = new HealthStatusManager();
  private final Set<String> names = new TreeSet<>();

  Health(Set<String> services) {
    names.add(HealthStatusManager.SERVICE_NAME_ALL_SERVICES);
    names.addAll(services);
    manager.setStatus(LIVENESS, ServingStatus.SERVING);
    ready(false);
  }

  BindableService service() {
    return manager.getHealthService();
  }

  void ready(boolean ready) {
    for (String name : names) {
      manager.setStatus(name, ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }
  }

  /** Sets everything to NOT_SERVING for good; later changes are ignored. */
  void drain() {
    manager.enterTerminalState();
  }
}
