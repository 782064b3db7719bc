package dev.crossfade.testing;

import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.Peer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;

/** A made-up context for tests: set what the call has, then read what the handler did. */
public final class FakeContext implements CallContext {
  private final Metadata headers = new Metadata();
  private final Metadata trailers = new Metadata();
  private final List<Runnable> cancelTasks = new ArrayList<>();
  private Metadata sentHeaders;
  private Deadline deadline;
  private Peer peer = Peer.UNKNOWN;
  private boolean shadow;
  private boolean cancelled;

  /** Adds a field to the client's metadata. */
  public FakeContext header(String name, String value) {
    headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return this;
  }

  /** Sets when the client stops waiting. */
  public FakeContext deadline(Deadline deadline) {
    this.deadline = deadline;
    return this;
  }

  /** Sets who is at the other end. */
  public FakeContext peer(Peer peer) {
    this.peer = peer;
    return this;
  }

  /** Makes it a shadow call, whose answer is only compared. */
  public FakeContext shadow() {
    this.shadow = true;
    return this;
  }

  /** Cancels the call; runs the handler's cancel tasks on this thread. */
  public void cancel() {
    cancelled = true;
    cancelTasks.forEach(Runnable::run);
    cancelTasks.clear();
  }

  /** The initial metadata that the handler has sent; null if none. */
  public Metadata sentHeaders() {
    return sentHeaders;
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
    if (sentHeaders != null) {
      throw new IllegalStateException("headers were already sent");
    }
    sentHeaders = metadata;
  }

  @Override
  public Deadline deadline() {
    return deadline;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void onCancel(Runnable task) {
    if (cancelled) {
      task.run();
    } else {
      cancelTasks.add(task);
    }
  }

  @Override
  public Peer peer() {
    return peer;
  }

  @Override
  public boolean isShadow() {
    return shadow;
  }
}
