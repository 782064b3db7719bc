package dev.sides.rpc.sides;

import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.Out;
import dev.sides.gen.sides.Count;
import dev.sides.v1.Ask;
import dev.sides.v1.Said;

/** As many messages as are asked for, with a pause before each. */
public final class CountHandler implements Count {
  @Override
  public void handle(Ask request, Out<Said> out, CallContext context) throws InterruptedException {
    Here.greet(context);
    for (int number = 0; number < request.getMessages(); number++) {
      Thread.sleep(request.getPauseMs());
      out.send(Here.said(request.getText(), number));
    }
  }
}
