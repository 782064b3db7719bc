package dev.sides.rpc.sides;

import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.In;
import dev.sides.gen.sides.Collect;
import dev.sides.v1.Ask;
import dev.sides.v1.Said;
import java.util.ArrayList;
import java.util.List;

/** One answer, with all texts joined. */
public final class CollectHandler implements Collect {
  @Override
  public Said handle(In<Ask> in, CallContext context) {
    Here.greet(context);
    List<String> texts = new ArrayList<>();
    for (Ask ask : in) {
      texts.add(ask.getText());
    }
    return Here.said(String.join(" ", texts), 0);
  }
}
