package dev.crossfade.runtime.strangler;

import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;

/** Distinguishes statuses that legacy sent from those that grpc makes up without an answer. */
final class LegacyFailures {
  private static final String GUESSED = "missing GRPC status"; // grpc's text if none was sent

  private LegacyFailures() {}

  /** A status that a server sent has no cause; see {@link Trailers}. */
  static boolean isFailure(Status status) {
    return status.getCause() != null;
  }

  /** An exceeded deadline is often reported by this side itself. */
  static boolean isOver(Status status, Deadline deadline) {
    return status.getCode() == Status.Code.DEADLINE_EXCEEDED
        && deadline != null
        && deadline.isExpired();
  }

  /** Detects whether a call's end came from the network: only then is its status an answer. */
  static final class Trailers extends ClientStreamTracer.Factory {
    private volatile boolean came;

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void inboundTrailers(Metadata trailers) {
          came = true;
        }
      };
    }

    /** The status, with a cause if legacy did not send it; clients do not see the cause. */
    Status judge(Status status) {
      String text = status.getDescription();
      boolean sent = came && (text == null || !text.startsWith(GUESSED));
      return sent || status.getCause() != null ? status : status.withCause(new NoAnswer());
    }
  }

  private static final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    NoAnswer() {
      super("the call ended without a status", null, false, false);
    }
  }
}
