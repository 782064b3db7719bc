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

/** Messages that a client has sent and its handler has not read; never more than requested. */
final class Inbox implements In<byte[]>, Iterator<byte[]> {
  private final ServerCall<byte[], byte[]> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<byte[]> waiting = new ArrayDeque<>();
  private byte[] first; // kept until the handler has ended, for a take-over
  private int arrived;
  private int read;
  private boolean requested;
  private boolean closed;
  private boolean cancelled;
  private ServerCall.Listener<byte[]> successor;

  Inbox(ServerCall<byte[], byte[]> call) {
    this.call = call;
  }

  /** Adds a message; false if it is one too many. */
  boolean put(byte[] message, boolean onlyOne) {
    lock.lock();
    try {
      if (successor != null) {
        successor.onMessage(message);
        return true;
      }
      if (onlyOne && arrived > 0) {
        return false;
      }
      first = onlyOne ? message : null;
      arrived++;
      requested = false;
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
      if (successor != null) {
        successor.onHalfClose();
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
      if (successor != null) {
        successor.onCancel();
      }
    } finally {
      lock.unlock();
    }
  }

  void complete() {
    lock.lock();
    try {
      if (successor != null) {
        successor.onComplete();
      }
    } finally {
      lock.unlock();
    }
  }

  void onReady() {
    lock.lock();
    try {
      if (successor != null) {
        successor.onReady();
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
      return successor != null;
    } finally {
      lock.unlock();
    }
  }

  /** Hands the call over with all its messages; false if the handler has read from a stream. */
  boolean handOver(
      HandlerCalls.TakeOver takeOver, ServerCall<byte[], byte[]> to, Metadata headers) {
    lock.lock();
    try {
      if (first == null && read > 0) {
        return false;
      }
      successor = takeOver.start(to, headers);
      if (first != null) {
        successor.onMessage(first);
      } else {
        waiting.forEach(successor::onMessage);
      }
      if (closed) {
        successor.onHalfClose();
      }
      if (cancelled) {
        successor.onCancel();
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
        if (!requested) {
          requested = true;
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
