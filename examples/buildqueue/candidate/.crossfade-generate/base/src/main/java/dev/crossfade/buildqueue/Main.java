package dev.crossfade.buildqueue;

import dev.crossfade.runtime.Config;
import dev.crossfade.runtime.ConfigException;
import dev.crossfade.runtime.Rpc;
import dev.crossfade.runtime.Strangler;
import java.util.ArrayList;
import java.util.List;

/** Starts the service. */
public final class Main {
  private Main() {}

  /** Runs until SIGTERM; on a wrong setting it prints a line and exits with code 2. */
  public static void main(String[] args) throws Exception {
    try {
      Strangler.start(Config.fromEnvironment(), rpcs()).awaitTermination();
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  /** Every RPC that this process serves. */
  static List<Rpc> rpcs() {
    List<Rpc> rpcs = new ArrayList<>();
    // service ci.builds.v1.BuildService
    rpcs.addAll(BuildServiceHandlers.rpcs());
    return rpcs;
  }
}
