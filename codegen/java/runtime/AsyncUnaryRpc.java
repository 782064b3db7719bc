package dev.crossfade.runtime;

import java.util.concurrent.CompletionStage;

/**
 * The shape of a unary handler that waits for something without a thread: {@code final class
 * GetHandler implements Get, AsyncUnaryRpc<Request, Response>}.
 *
 * <p>The call counts as one of CROSSFADE_CONCURRENCY until the stage ends. End it also when the
 * client is gone, see {@link CallContext#onCancel}.
 */
public interface AsyncUnaryRpc<Q, R> extends UnaryRpc<Q, R> {
  /** Begins to answer; a failed stage becomes what the {@link ErrorTable} makes of its cause. */
  CompletionStage<R> handleAsync(Q request, CallContext context) throws Exception;

  /** Waits for {@link #handleAsync}. */
  @Override
  default R handle(Q request, CallContext context) throws Exception {
    return Stages.await(handleAsync(request, context));
  }
}
