package dev.crossfade.runtime;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.logging.Level;

/**
 * Maps a handler's exceptions to statuses; by default as a Python gRPC server does.
 *
 * <p>A StatusException keeps its status and trailers. An exception without an entry becomes
 * UNKNOWN, with the text that grpcio sends for an uncaught exception.
 */
public final class ErrorTable {
  private final List<Entry<?>> entries;

  private ErrorTable(List<Entry<?>> entries) {
    this.entries = entries;
  }

  /** The table without entries of your own. */
  public static ErrorTable python() {
    return new ErrorTable(List.of());
  }

  /** This table with one more entry; of several that match, the one added last is used. */
  public <E extends Throwable> ErrorTable with(Class<E> type, Function<? super E, Status> status) {
    List<Entry<?>> more = new ArrayList<>();
    more.add(new Entry<>(type, status));
    more.addAll(entries);
    return new ErrorTable(List.copyOf(more));
  }

  /** How a call ends that threw this; {@code streams} is whether it answers with a stream. */
  public End end(String rpc, Throwable thrown, boolean streams) {
    try {
      return end(thrown, streams);
    } catch (RuntimeException e) { // a function in the user's table may itself throw
      Log.event(Level.WARNING, "error_table.failed", e, "rpc", rpc);
      return python().end(thrown, streams);
    }
  }

  private End end(Throwable thrown, boolean streams) {
    for (Entry<?> entry : entries) {
      if (entry.type.isInstance(thrown)) {
        return new End(entry.status(thrown), new Metadata());
      }
    }
    if (thrown instanceof StatusRuntimeException e) {
      return new End(e.getStatus(), copy(e.getTrailers()));
    }
    if (thrown instanceof StatusException e) {
      return new End(e.getStatus(), copy(e.getTrailers()));
    }
    if (thrown instanceof NotPortedException) {
      return new End(Status.UNIMPLEMENTED.withDescription("not ported"), new Metadata());
    }
    // grpc/_server.py: the prefix depends on whether the handler raises or its iterator does
    String prefix = streams ? "Exception iterating responses: " : "Exception calling application: ";
    String text = thrown.getMessage() == null ? "" : thrown.getMessage();
    return new End(Status.UNKNOWN.withDescription(prefix + text).withCause(thrown), new Metadata());
  }

  private static Metadata copy(Metadata trailers) {
    Metadata copy = new Metadata();
    if (trailers != null) {
      copy.merge(trailers);
    }
    return copy;
  }

  /** The end of a call. */
  public record End(Status status, Metadata trailers) {}

  private record Entry<E extends Throwable>(Class<E> type, Function<? super E, Status> function) {
    Status status(Throwable thrown) {
      return function.apply(type.cast(thrown));
    }
  }
}
