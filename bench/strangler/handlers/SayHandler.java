package dev.sides.rpc.sides;

import dev.crossfade.runtime.CallContext;
import dev.sides.gen.sides.Say;
import dev.sides.v1.Ask;
import dev.sides.v1.Said;

/** One answer, with the text of the question. */
public final class SayHandler implements Say {
  @Override
  public Said handle(Ask request, CallContext context) {
    Here.greet(context);
    return Here.said(request.getText(), 0);
  }
}
