package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Telemetry;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;

/** Passes calls to legacy: marks them, measures them, and rejects shadow calls that may write. */
public final class LegacyGateway {
  private final Forwarder forwarder;
  private final Telemetry telemetry;

  /** Forwards over this channel. */
  public LegacyGateway(Channel legacy, boolean keepAuthority, Telemetry telemetry) {
    this.forwarder = new Forwarder(legacy, keepAuthority);
    this.telemetry = telemetry;
  }

  /** A handler for a method that this build does not know. */
  public ServerCallHandler<byte[], byte[]> unknown() {
    return (call, headers) -> {
      PeerCertificate.pass(call.getAttributes(), headers);
      // a method name made up by a client must not become a metric label
      ServedCall served =
          serve(call, "other", Side.LEGACY, Mode.LEGACY, (side, status, nanos) -> {});
      return forward(served, headers, Shadow.is(headers));
    };
  }

  /** Called when a call has ended, with the side that served it and how long it took. */
  interface Ended {
    void ended(Side side, Status status, long nanos);
  }

  /** Wraps the call: its answer names the side that served it, and its end is measured. */
  ServedCall serve(
      ServerCall<byte[], byte[]> call, String method, Side side, Mode mode, Ended ended) {
    long start = System.nanoTime();
    String name = mode.kind().name();
    return new ServedCall(
        call,
        side,
        (served, status) -> {
          long nanos = System.nanoTime() - start;
          telemetry.call(method, name, served.word(), status, nanos);
          ended.ended(served, status, nanos);
        });
  }

  /** Forwards the call to legacy, or rejects it if that is forbidden. */
  ServerCall.Listener<byte[]> forward(
      ServerCall<byte[], byte[]> call, Metadata headers, boolean forbidden) {
    if (!forbidden) {
      return forwarder.startCall(call, headers);
    }
    String why = "not ported, and a shadow call that may write is not forwarded";
    call.close(Status.UNIMPLEMENTED.withDescription(why), new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
