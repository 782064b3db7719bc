package dev.crossfade.runtime;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What a client has sent and its handler has not read yet; never more than was asked for. */
final class Inbox implements In<byte[]>, Iterator<byte[]> {
  private final ServerCall<byte[], byte[]> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<byte[]> waiting = new ArrayDeque<>();
  private byte[] first; // kept until the handler has ended, for who may take over
  private int arrived;
  private int read;
  private boolean asked;
  private boolean closed;
  private boolean cancelled;
  private ServerCall.Listener<byte[]> other;

  Inbox(ServerCall<byte[], byte[]> call) {
    this.call = call;
  }

  /** False when it is one too many. */
  boolean put(byte[] message, boolean onlyOne) {
    lock.lock();
    try {
      if (other != null) {
        other.onMessage(message);
        return true;
      }
      if (onlyOne && arrived > 0) {
        return false;
      }
      first = onlyOne ? message : null;
      arrived++;
      asked = false;
      waiting.add(message);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  void halfClose() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      if (other != null) {
        other.onHalfClose();
      }
    } finally {
      lock.unlock();
    }
  }

  void cancel() {
    lock.lock();
    try {
      cancelled = true;
      changed.signalAll();
      if (other != null) {
        other.onCancel();
      }
    } finally {
      lock.unlock();
    }
  }

  void complete() {
    lock.lock();
    try {
      if (other != null) {
        other.onComplete();
      }
    } finally {
      lock.unlock();
    }
  }

  void onReady() {
    lock.lock();
    try {
      if (other != null) {
        other.onReady();
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  boolean isHandedOver() {
    lock.lock();
    try {
      return other != null;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the call away with all that came; false when the handler has read from a stream. */
  boolean handOver(
      HandlerCalls.TakeOver takeOver, ServerCall<byte[], byte[]> to, Metadata headers) {
    lock.lock();
    try {
      if (first == null && read > 0) {
        return false;
      }
      other = takeOver.start(to, headers);
      if (first != null) {
        other.onMessage(first);
      } else {
        waiting.forEach(other::onMessage);
      }
      if (closed) {
        other.onHalfClose();
      }
      if (cancelled) {
        other.onCancel();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Iterator<byte[]> iterator() {
    return this;
  }

  @Override
  public boolean hasNext() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed && !cancelled) {
        if (!asked) {
          asked = true;
          call.request(1);
        }
        changed.await();
      }
      if (cancelled) {
        throw new CancellationException("the client is gone");
      }
      return !waiting.isEmpty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } finally {
      lock.unlock();
    }
  }

  @Override
  public byte[] next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the client has sent its last message");
    }
    lock.lock();
    try {
      read++;
      return waiting.remove();
    } finally {
      lock.unlock();
    }
  }
}
