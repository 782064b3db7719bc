package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.HandlerCalls;
import dev.crossfade.runtime.Log;
import dev.crossfade.runtime.Peer;
import dev.crossfade.runtime.Rpc;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;

/**
 * Chooses once per call, before any message is parsed, the side that answers it.
 *
 * <p>A call stays on its side even if the mode changes meanwhile.
 */
public final class Switch implements ServerCallHandler<byte[], byte[]> {
  private static final long LOG_EVERY_NS = 60_000_000_000L;

  private final Rpc rpc;
  private final Modes modes;
  private final LegacyGateway gateway;
  private final HandlerCalls handler;
  private final Comparer comparer;
  private final ServedTally tally;
  private final AtomicLong logged = new AtomicLong(System.nanoTime() - LOG_EVERY_NS);
  private volatile boolean seenUnported;

  /** The switch of one RPC; if the comparer is null, nothing is compared. */
  public Switch(
      Rpc rpc, Modes modes, LegacyGateway gateway, HandlerCalls handler, Comparer comparer) {
    this.rpc = rpc;
    this.modes = modes;
    this.gateway = gateway;
    this.handler = handler;
    this.comparer = comparer;
    this.tally = new ServedTally(rpc.method().getType() == MethodDescriptor.MethodType.UNARY);
  }

  /** What clients were served. */
  Map<String, Object> served() {
    return tally.shown(rpc.name());
  }

  /** True while calls may go to legacy. */
  public boolean needsLegacy() {
    return rpc.handler() == null || seenUnported || modes.of(rpc.name()).needsLegacy();
  }

  @Override
  public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> call, Metadata headers) {
    Mode mode = modes.of(rpc.name());
    boolean shadow = Shadow.is(headers);
    PeerCertificate.pass(call.getAttributes(), headers);
    SocketAddress peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    Assignment.Choice choice = modes.assignment().choose(mode, shadow, headers, peer);
    Side side = choice.side();
    if (rpc.handler() == null && side == Side.CANDIDATE) {
      unported(mode);
      side = Side.LEGACY;
    }
    ServedCall served = gateway.serve(call, rpc.name(), side, mode, counting(mode, choice, shadow));
    Recording recording =
        comparer != null && isCompared(mode) && !shadow
            ? comparer.record(rpc, headers, Peer.of(call.getAttributes()))
            : null;
    if (recording == null) {
      return start(served, served, headers, side, null);
    }
    Side answers = side;
    RecordingCall recorded =
        new RecordingCall(
            served, recording, (over, reply) -> comparer.compare(rpc, over, answers, reply));
    return recorded.listen(start(recorded, served, headers, side, recorded));
  }

  private static boolean isCompared(Mode mode) {
    return mode.compares() && ThreadLocalRandom.current().nextDouble() * 100 < mode.comparePct();
  }

  /** Counts what a client is served; nobody is served by a shadow call. */
  private LegacyGateway.Ended counting(Mode mode, Assignment.Choice choice, boolean shadow) {
    if (shadow) {
      return (served, status, nanos) -> {};
    }
    tally.entered(mode, choice);
    return (served, status, nanos) -> tally.ended(served, choice.forced(), status, nanos);
  }

  private ServerCall.Listener<byte[]> start(
      ServerCall<byte[], byte[]> call,
      ServedCall served,
      Metadata headers,
      Side side,
      RecordingCall recorded) {
    boolean forbidden = Shadow.is(headers) && !rpc.isSafe();
    if (side == Side.LEGACY) {
      return gateway.forward(call, headers, forbidden);
    }
    return handler.startCall(
        call,
        headers,
        (same, sameHeaders) -> {
          unported(modes.of(rpc.name()));
          served.passToLegacy();
          if (recorded != null) {
            recorded.discard(Shed.NOT_PORTED);
          }
          return gateway.forward(same, sameHeaders, forbidden);
        });
  }

  /** Logs at most once a minute that the mode needs a handler that is not ported. */
  private void unported(Mode mode) {
    seenUnported = true;
    long last = logged.get();
    long now = System.nanoTime();
    if (now - last >= LOG_EVERY_NS && logged.compareAndSet(last, now)) {
      Log.event(Level.WARNING, "rpc.not_ported", "rpc", rpc.name(), "mode", mode.toString());
    }
  }
}
