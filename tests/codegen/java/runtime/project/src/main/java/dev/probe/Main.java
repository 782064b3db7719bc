package dev.probe;

import dev.crossfade.runtime.Config;
import dev.crossfade.runtime.ErrorTable;
import dev.crossfade.runtime.NotPortedException;
import dev.crossfade.runtime.Rpc;
import dev.crossfade.runtime.Service;
import dev.crossfade.runtime.Strangler;
import dev.probe.v1.ProbeGrpc;
import io.grpc.Status;
import java.util.List;

/** Starts the probe: as a strangler, or with the argument "final" as what remains of one. */
public final class Main {
  private Main() {}

  /** Runs until SIGTERM. */
  public static void main(String[] args) throws Exception {
    List<Rpc> plain =
        List.of(
            Rpc.unary(ProbeGrpc.getGetMethod(), Handlers::get),
            Rpc.serverStream(ProbeGrpc.getListMethod(), Handlers::list),
            Rpc.clientStream(ProbeGrpc.getSumMethod(), Handlers::sum),
            Rpc.bidi(ProbeGrpc.getChatMethod(), Handlers::chat),
            Rpc.unary(ProbeGrpc.getPutMethod(), new Handlers.Put()),
            Rpc.serverStream(ProbeGrpc.getPutListMethod(), new Handlers.PutList()),
            Rpc.unary(
                ProbeGrpc.getLaterMethod(),
                (request, context) -> {
                  throw new NotPortedException();
                }),
            Rpc.bidi(
                ProbeGrpc.getLaterChatMethod(),
                (in, out, context) -> {
                  throw new NotPortedException();
                }),
            Rpc.unary(ProbeGrpc.getNeverMethod(), null));
    List<Rpc> rpcs = plain.stream().map(rpc -> rpc.intercept(new Handlers.Valid())).toList();
    ErrorTable errors =
        ErrorTable.python()
            .with(
                ArithmeticException.class, e -> Status.OUT_OF_RANGE.withDescription(e.getMessage()))
            .with(
                UnsupportedOperationException.class,
                e -> {
                  throw new IllegalStateException("an entry that is wrong");
                });
    Config config = Config.fromEnvironment();
    if (args.length > 0 && args[0].equals("final")) {
      Service.start(config, rpcs, errors).awaitTermination();
    } else {
      Strangler.start(config, rpcs, errors).awaitTermination();
    }
  }
}
