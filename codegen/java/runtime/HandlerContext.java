package dev.crossfade.runtime;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;

/** The context of a call that came from the network. */
final class HandlerContext implements CallContext {
  private static final Metadata.Key<String> ROLE =
      Metadata.Key.of("x-crossfade-role", Metadata.ASCII_STRING_MARSHALLER);

  private final ServerCall<byte[], byte[]> call;
  private final Metadata headers;
  private final Outbox outbox;
  private final Deadline deadline = Context.current().getDeadline();
  private final Metadata trailers = new Metadata();
  private final CancelTasks cancelTasks;

  HandlerContext(ServerCall<byte[], byte[]> call, Metadata headers, Outbox outbox) {
    this.call = call;
    this.headers = headers;
    this.outbox = outbox;
    this.cancelTasks = new CancelTasks(call::isCancelled);
  }

  CancelTasks cancelTasks() {
    return cancelTasks;
  }

  @Override
  public Metadata headers() {
    return headers;
  }

  @Override
  public Metadata trailers() {
    return trailers;
  }

  @Override
  public void sendHeaders(Metadata metadata) {
    outbox.sendHeaders(metadata);
  }

  @Override
  public Deadline deadline() {
    return deadline;
  }

  @Override
  public boolean isCancelled() {
    return call.isCancelled();
  }

  @Override
  public void onCancel(Runnable task) {
    cancelTasks.add(task);
  }

  @Override
  public Peer peer() {
    return Peer.of(call.getAttributes());
  }

  @Override
  public boolean isShadow() {
    return "shadow".equals(headers.get(ROLE));
  }
}
