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

/** A copy of one call within its limits: the request and the answer. */
final class Recording {
  // a client's deadline starts before the server's, and the time that it sends is rounded up
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
  private long requestedNanos = System.nanoTime();
  private boolean halfClosed;
  private boolean over;
  private String discarded;

  Recording(Metadata headers, Peer peer, Budget.Share share) {
    this.share = share;
    this.peer = peer;
    this.headers = Metadatas.copy(headers);
    hold(Metadatas.size(headers));
  }

  synchronized void addRequest(byte[] message) {
    if (hold(message.length)) {
      requests.add(message);
    }
  }

  synchronized void halfClosed() {
    if (over) {
      return; // messages before it may have been dropped
    }
    halfClosed = true;
    requestedNanos = System.nanoTime();
  }

  synchronized void setAnswerHeaders(Metadata metadata) {
    if (hold(Metadatas.size(metadata))) {
      answerHeaders = Metadatas.copy(metadata);
    }
  }

  synchronized void addAnswer(byte[] message) {
    if (hold(message.length)) {
      answers.add(message);
    }
  }

  /** Drops the recording: the call can't be compared, for this reason. */
  synchronized void discard(String reason) {
    if (discarded == null) {
      discarded = reason;
      requests.clear();
      answers.clear();
      share.giveBack();
    }
  }

  /** True the first time; nothing is recorded after the end. */
  synchronized boolean end() {
    boolean first = !over;
    over = true;
    return first;
  }

  /** The answer with this status, or why there is none. */
  synchronized Reply reply(Status status, Metadata trailers) {
    double latencyMs = (System.nanoTime() - requestedNanos) / 1e6;
    return discarded == null
        ? new Reply.Answer(
            answerHeaders, List.copyOf(answers), status, Metadatas.copy(trailers), latencyMs)
        : new Reply.Skipped(discarded);
  }

  /** The reply if the client stopped waiting: its deadline passed, or it left before that. */
  synchronized Reply unanswered() {
    if (discarded != null) {
      return new Reply.Skipped(discarded);
    }
    if (timeout == null || left(deadline).toNanos() > SLACK_NS + timeout.toNanos() / 50) {
      return new Reply.Skipped(Shed.CLIENT_CANCELLED);
    }
    return new Reply.Failed(
        "deadline", "no answer within the client's " + timeout.toMillis() + " ms");
  }

  /** Releases its memory. */
  void release() {
    discard(Shed.QUEUE_FULL);
  }

  private static Duration left(Deadline deadline) {
    return Duration.ofNanos(Math.max(0, deadline.timeRemaining(NANOSECONDS)));
  }

  private boolean hold(int bytes) {
    if (over || discarded != null) {
      return false;
    }
    String rejected = share.take(bytes);
    if (rejected != null) {
      discard(rejected);
    }
    return rejected == null;
  }

  Context context() {
    return context;
  }

  /** When the client stops waiting; null if it waits forever. */
  Deadline deadline() {
    return deadline;
  }

  /** How long the client waits; null if forever. */
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

  /** Identifies a distinct request: crossfade's request_hash, 16 hex digits. */
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
