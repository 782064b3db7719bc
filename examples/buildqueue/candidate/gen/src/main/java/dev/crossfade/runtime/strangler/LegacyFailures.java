package dev.crossfade.runtime.strangler;

import io.grpc.Deadline;
import io.grpc.Status;

/** Tells statuses that legacy sent from those that grpc makes where there was no answer. */
final class LegacyFailures {
  private LegacyFailures() {}

  /** A status that a server sent has no cause, and is not grpc's word for a reset stream. */
  static boolean isFailure(Status status) {
    String text = status.getDescription();
    return status.getCause() != null || text != null && text.startsWith("HTTP/2 error code: ");
  }

  /** A deadline is often told by this side itself, when it is over. */
  static boolean isOver(Status status, Deadline deadline) {
    return status.getCode() == Status.Code.DEADLINE_EXCEEDED
        && deadline != null
        && deadline.isExpired();
  }
}
