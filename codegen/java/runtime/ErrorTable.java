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
 * What status a handler's exception becomes; at first as a Python gRPC server has it.
 *
 * <p>A StatusException passes with its trailers. An exception that nobody has named is UNKNOWN,
 * with the text that grpcio gives to an uncaught one.
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

  /** This table with one entry more; of several that fit, the one added last is taken. */
  public <E extends Throwable> ErrorTable with(Class<E> type, Function<? super E, Status> status) {
    List<Entry<?>> more = new ArrayList<>();
    more.add(new Entry<>(type, status));
    more.addAll(entries);
    return new ErrorTable(List.copyOf(more));
  }

  /** How a call ends that ended with this; {@code streams} tells whether it answers by a stream. */
  public End end(String rpc, Throwable thrown, boolean streams) {
    try {
      return end(thrown, streams);
    } catch (RuntimeException e) { // a function of the user's table may throw itself
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
    // grpc/_server.py: the first words differ between a behaviour that raises and its iterator
    String words = streams ? "Exception iterating responses: " : "Exception calling application: ";
    String text = thrown.getMessage() == null ? "" : thrown.getMessage();
    return new End(Status.UNKNOWN.withDescription(words + text).withCause(thrown), new Metadata());
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
