package dev.crossfade.runtime.strangler;

import io.grpc.Status;

/** Tells statuses that legacy sent from those that grpc makes where there was no answer. */
final class LegacyFailures {
  private LegacyFailures() {}

  /** A status from the network has no cause; a deadline and a cancel are made on this side. */
  static boolean isFailure(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, INTERNAL, UNKNOWN -> status.getCause() != null;
      case DEADLINE_EXCEEDED, CANCELLED -> true;
      default -> false;
    };
  }
}
