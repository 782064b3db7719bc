package dev.crossfade.runtime;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Sends a handler's messages, no faster than the client accepts them. */
final class Outbox implements Out<byte[]> {
  private final ServerCall<byte[], byte[]> call;
  private final boolean oneAnswer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean started;
  private boolean ended;
  private boolean cancelled;

  Outbox(ServerCall<byte[], byte[]> call, boolean oneAnswer) {
    this.call = call;
    this.oneAnswer = oneAnswer;
  }

  @Override
  public void send(byte[] message) {
    lock.lock();
    try {
      if (!started) {
        sendHeaders(new Metadata());
      }
      while (!oneAnswer && !cancelled && !ended && !call.isReady()) {
        changed.await();
      }
      if (cancelled || ended) {
        throw new CancellationException("the client is gone");
      }
      call.sendMessage(message);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } finally {
      lock.unlock();
    }
  }

  void sendHeaders(Metadata headers) {
    lock.lock();
    try {
      if (started) {
        throw new IllegalStateException("headers were already sent");
      }
      if (cancelled || ended) {
        throw new CancellationException("the client is gone");
      }
      started = true;
      call.sendHeaders(headers);
    } finally {
      lock.unlock();
    }
  }

  /** Ends the call, once. */
  void end(Status status, Metadata trailers) {
    lock.lock();
    try {
      if (!ended && !cancelled) {
        ended = true;
        call.close(status, trailers);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** True if this handler has sent something to the client. */
  boolean isStarted() {
    lock.lock();
    try {
      return started;
    } finally {
      lock.unlock();
    }
  }

  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void cancel() {
    lock.lock();
    try {
      cancelled = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
