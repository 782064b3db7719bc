package dev.crossfade.runtime.strangler;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/** A call whose answer names the side that served it, in its headers or else in its trailers. */
final class ServedCall extends SimpleForwardingServerCall<byte[], byte[]> {
  private static final Metadata.Key<String> SERVED_BY =
      Metadata.Key.of("x-crossfade-served-by", Metadata.ASCII_STRING_MARSHALLER);

  /** Called when a call has ended, with the side that served it. */
  interface Ended {
    void ended(Side side, Status status);
  }

  private final Ended ended;
  private volatile Side side;
  private volatile boolean headersSent;

  ServedCall(ServerCall<byte[], byte[]> call, Side side, Ended ended) {
    super(call);
    this.side = side;
    this.ended = ended;
  }

  /** Lets legacy serve it; call this only before anything was sent. */
  void passToLegacy() {
    side = Side.LEGACY;
  }

  @Override
  public void sendHeaders(Metadata headers) {
    headersSent = true;
    mark(headers);
    super.sendHeaders(headers);
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (!headersSent) {
      mark(trailers);
    }
    super.close(status, trailers);
    ended.ended(side, status);
  }

  private void mark(Metadata metadata) {
    metadata.discardAll(SERVED_BY);
    metadata.put(SERVED_BY, side.word());
  }
}
