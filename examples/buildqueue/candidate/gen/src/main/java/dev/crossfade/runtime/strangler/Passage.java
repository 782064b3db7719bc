package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Telemetry;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;

/** The way of a call to legacy: marked, counted, and closed for shadow calls that would write. */
public final class Passage {
  private final Forwarder forwarder;
  private final Telemetry telemetry;

  /** The way over this channel. */
  public Passage(Channel legacy, boolean keepAuthority, Telemetry telemetry) {
    this.forwarder = new Forwarder(legacy, keepAuthority);
    this.telemetry = telemetry;
  }

  /** A handler for a method that this build does not know. */
  public ServerCallHandler<byte[], byte[]> unknown() {
    return (call, headers) -> {
      PeerCertificate.pass(call.getAttributes(), headers);
      // a name that a client made up must not become a label of its own
      ServedCall served = serve(call, "other", Side.LEGACY, Mode.LEGACY);
      return forward(served, headers, Shadow.is(headers));
    };
  }

  /** The call, so that its answer says who served it and the metrics hear of its end. */
  ServedCall serve(ServerCall<byte[], byte[]> call, String method, Side side, Mode mode) {
    long start = System.nanoTime();
    String name = mode.kind().name();
    return new ServedCall(
        call,
        side,
        (served, status) ->
            telemetry.call(method, name, served.word(), status, System.nanoTime() - start));
  }

  /** Asks legacy, or refuses where that is forbidden. */
  ServerCall.Listener<byte[]> forward(
      ServerCall<byte[], byte[]> call, Metadata headers, boolean forbidden) {
    if (!forbidden) {
      return forwarder.startCall(call, headers);
    }
    String why = "not ported, and a shadow call that may write is not passed on";
    call.close(Status.UNIMPLEMENTED.withDescription(why), new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
