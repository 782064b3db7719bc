package dev.crossfade.runtime.strangler;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** One side's reply to a request. */
sealed interface Reply {
  /** A complete answer. */
  record Answer(
      Metadata headers, List<byte[]> messages, Status status, Metadata trailers, double latencyMs)
      implements Reply {

    /** Whether bytes, status, text and metadata are equal; crossfade judges any difference. */
    boolean same(Answer other, Set<String> ignored) {
      return status.getCode() == other.status.getCode()
          && text().equals(other.text())
          && sameMessages(other.messages)
          && Metadatas.same(headers, other.headers, ignored)
          && Metadatas.same(trailers, other.trailers, ignored);
    }

    String text() {
      return status.getDescription() == null ? "" : status.getDescription();
    }

    private boolean sameMessages(List<byte[]> others) {
      if (messages.size() != others.size()) {
        return false;
      }
      for (int i = 0; i < others.size(); i++) {
        if (!Arrays.equals(messages.get(i), others.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  /** No complete answer, although one was due: crossfade's reason, and a line for a person. */
  record Failed(String reason, String detail) implements Reply {}

  /** Nothing to compare; the reason is one of {@link Shed}. */
  record Skipped(String reason) implements Reply {}
}
