package dev.crossfade.runtime;

import java.util.concurrent.CompletionStage;

/**
 * The shape of a handler that sends its messages from other threads than the one it is called on.
 *
 * <p>{@link Out#send} still blocks while the client is not ready. The call counts as one of
 * CROSSFADE_CONCURRENCY until the stage ends.
 */
public interface AsyncServerStreamRpc<Q, R> extends ServerStreamRpc<Q, R> {
  /** Begins to send; the stage ends when all is sent. */
  CompletionStage<Void> handleAsync(Q request, Out<R> out, CallContext context) throws Exception;

  /** Waits for {@link #handleAsync}. */
  @Override
  default void handle(Q request, Out<R> out, CallContext context) throws Exception {
    Stages.await(handleAsync(request, out, context));
  }
}
