package dev.sides.rpc.sides;

import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.In;
import dev.crossfade.runtime.Out;
import dev.sides.gen.sides.Chat;
import dev.sides.v1.Ask;
import dev.sides.v1.Said;

/** An answer to each message. */
public final class ChatHandler implements Chat {
  @Override
  public void handle(In<Ask> in, Out<Said> out, CallContext context) {
    Here.greet(context);
    int number = 0;
    for (Ask ask : in) {
      out.send(Here.said(ask.getText(), number));
      number++;
    }
  }
}
