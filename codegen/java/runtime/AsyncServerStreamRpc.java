package dev.crossfade.runtime;

import java.util.concurrent.CompletionStage;

/**
 * A handler that sends its messages from threads other than the one that calls it.
 *
 * <p>{@link Out#send} still blocks while the client is not ready. The call counts as one of
 * CROSSFADE_CONCURRENCY until the stage completes.
 */
public interface AsyncServerStreamRpc<Q, R> extends ServerStreamRpc<Q, R> {
  /** Starts sending; the stage completes when everything is sent. */
  CompletionStage<Void> handleAsync(Q request, Out<R> out, CallContext context) throws Exception;

  /** Waits for {@link #handleAsync}. */
  @Override
  default void handle(Q request, Out<R> out, CallContext context) throws Exception {
    Stages.await(handleAsync(request, out, context));
  }
}
