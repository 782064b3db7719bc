// ci/builds/v1/builds.proto, service ci.builds.v1.BuildService
// Yours: crossfade made it once and never changes it.
package dev.crossfade.buildqueue.rpc.buildservice;

import dev.crossfade.buildqueue.Calls;
import dev.crossfade.buildqueue.ConsoleSession;
import dev.crossfade.buildqueue.Store;
import dev.crossfade.buildqueue.gen.buildservice.Console;
import dev.crossfade.buildqueue.v1.ConsoleInput;
import dev.crossfade.buildqueue.v1.ConsoleOutput;
import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.In;
import dev.crossfade.runtime.Out;

/**
 * A shell on the agent: one answer for each command; "exit" ends it.
 *
 * <p>In Python: rpc.py:135.
 */
public final class ConsoleHandler implements Console {
  private final Store store;

  public ConsoleHandler(Store store) {
    this.store = store;
  }

  @Override
  public void handle(In<ConsoleInput> in, Out<ConsoleOutput> out, CallContext context) {
    Calls.greet(context);
    ConsoleSession session = new ConsoleSession(store);
    int sequence = 0;
    for (ConsoleInput input : in) {
      if (input.getCommand().equals("exit")) {
        return;
      }
      String text = session.run(input.getCommand());
      out.send(ConsoleOutput.newBuilder().setSequence(sequence++).setText(text).build());
    }
  }
}
