package dev.crossfade.testing;

import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.Peer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;

/** The context of a call that a test makes up: what it has is set, what the handler did is read. */
public final class FakeContext implements CallContext {
  private final Metadata headers = new Metadata();
  private final Metadata trailers = new Metadata();
  private final List<Runnable> cancelTasks = new ArrayList<>();
  private Metadata sentHeaders;
  private Deadline deadline;
  private Peer peer = Peer.UNKNOWN;
  private boolean shadow;
  private boolean cancelled;

  /** One field more of what the client sent. */
  public FakeContext header(String name, String value) {
    headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return this;
  }

  /** When the client stops waiting. */
  public FakeContext deadline(Deadline deadline) {
    this.deadline = deadline;
    return this;
  }

  /** Who is at the other end. */
  public FakeContext peer(Peer peer) {
    this.peer = peer;
    return this;
  }

  /** The answer is compared and thrown away. */
  public FakeContext shadow() {
    this.shadow = true;
    return this;
  }

  /** The client leaves; what the handler wanted to do then is done, on this thread. */
  public void cancel() {
    cancelled = true;
    cancelTasks.forEach(Runnable::run);
    cancelTasks.clear();
  }

  /** The initial metadata that the handler has sent; null where it has sent none. */
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
      throw new IllegalStateException("headers were sent already");
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
