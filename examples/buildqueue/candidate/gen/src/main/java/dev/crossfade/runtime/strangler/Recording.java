package dev.crossfade.runtime.strangler;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.crossfade.runtime.Peer;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A copy of one call, up to its bounds: what was asked and what was answered. */
final class Recording {
  // a client's clock begins before the server's, and what it sends as its time is rounded up
  private static final long SLACK_NS = 50_000_000;

  private final Budget.Share share;
  private final Context context = Context.current().fork(); // the call's end must not end a replay
  private final Deadline deadline = Context.current().getDeadline();
  private final Duration timeout = deadline == null ? null : left(deadline);
  private final Metadata headers;
  private final Peer peer;
  private final List<byte[]> requests = new ArrayList<>();
  private final List<byte[]> answers = new ArrayList<>();
  private Metadata answerHeaders = new Metadata();
  private long askedNanos = System.nanoTime();
  private boolean halfClosed;
  private boolean over;
  private String spoilt;

  Recording(Metadata headers, Peer peer, Budget.Share share) {
    this.share = share;
    this.peer = peer;
    this.headers = Metadatas.copy(headers);
    hold(Metadatas.size(headers));
  }

  synchronized void asked(byte[] message) {
    if (hold(message.length)) {
      requests.add(message);
    }
  }

  synchronized void halfClosed() {
    if (over) {
      return; // messages before it may have been dropped
    }
    halfClosed = true;
    askedNanos = System.nanoTime();
  }

  synchronized void answeredHeaders(Metadata metadata) {
    if (hold(Metadatas.size(metadata))) {
      answerHeaders = Metadatas.copy(metadata);
    }
  }

  synchronized void answered(byte[] message) {
    if (hold(message.length)) {
      answers.add(message);
    }
  }

  /** The call can't be compared, for this reason. */
  synchronized void spoil(String reason) {
    if (spoilt == null) {
      spoilt = reason;
      requests.clear();
      answers.clear();
      share.giveBack();
    }
  }

  /** True once: what comes after the end is nobody's. */
  synchronized boolean end() {
    boolean first = !over;
    over = true;
    return first;
  }

  /** The answer with this end, or why there is none. */
  synchronized Reply reply(Status status, Metadata trailers) {
    double latencyMs = (System.nanoTime() - askedNanos) / 1e6;
    return spoilt == null
        ? new Reply.Answer(
            answerHeaders, List.copyOf(answers), status, Metadatas.copy(trailers), latencyMs)
        : new Reply.Skipped(spoilt);
  }

  /** The client waits no longer: there was no answer in its time, or it left before that. */
  synchronized Reply unanswered() {
    if (spoilt != null) {
      return new Reply.Skipped(spoilt);
    }
    if (timeout == null || left(deadline).toNanos() > SLACK_NS + timeout.toNanos() / 50) {
      return new Reply.Skipped(Shed.CLIENT_CANCELLED);
    }
    return new Reply.Failed("deadline", "no end within the client's " + timeout.toMillis() + " ms");
  }

  /** Gives its memory back. */
  void release() {
    spoil(Shed.QUEUE_FULL);
  }

  private static Duration left(Deadline deadline) {
    return Duration.ofNanos(Math.max(0, deadline.timeRemaining(NANOSECONDS)));
  }

  private boolean hold(int bytes) {
    if (over || spoilt != null) {
      return false;
    }
    String refused = share.take(bytes);
    if (refused != null) {
      spoil(refused);
    }
    return refused == null;
  }

  Context context() {
    return context;
  }

  /** When the client stops waiting; null where it waits for ever. */
  Deadline deadline() {
    return deadline;
  }

  /** How long the client waits; null: for ever. */
  Duration timeout() {
    return timeout;
  }

  Metadata headers() {
    return headers;
  }

  Peer peer() {
    return peer;
  }

  synchronized List<byte[]> requests() {
    return List.copyOf(requests);
  }

  synchronized boolean isHalfClosed() {
    return halfClosed;
  }

  Budget.Share share() {
    return share;
  }

  /** What makes this request another one than the next: crossfade's request_hash, 16 hex digits. */
  synchronized String hash(String route) {
    String type = headers.get(Metadata.Key.of("content-type", Metadata.ASCII_STRING_MARSHALLER));
    Blake2b digest = new Blake2b();
    digest.update(("grpc\0POST\0/" + route + "\0").getBytes(StandardCharsets.UTF_8));
    digest.update((type == null ? "" : type).getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    for (byte[] message : requests) {
      digest.update(ByteBuffer.allocate(5).put((byte) 0).putInt(message.length).array());
      digest.update(message);
    }
    return digest.hex();
  }
}
