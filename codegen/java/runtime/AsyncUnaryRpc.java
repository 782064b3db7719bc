package dev.crossfade.runtime;

import java.util.concurrent.CompletionStage;

/**
 * A unary handler that waits without holding a thread: {@code final class GetHandler implements
 * Get, AsyncUnaryRpc<Request, Response>}.
 *
 * <p>The call counts as one of CROSSFADE_CONCURRENCY until the stage completes. Complete it also
 * when the client is gone, see {@link CallContext#onCancel}.
 */
public interface AsyncUnaryRpc<Q, R> extends UnaryRpc<Q, R> {
  /** Starts the answer; the {@link ErrorTable} turns the cause of a failed stage into a status. */
  CompletionStage<R> handleAsync(Q request, CallContext context) throws Exception;

  /** Waits for {@link #handleAsync}. */
  @Override
  default R handle(Q request, CallContext context) throws Exception {
    return Stages.await(handleAsync(request, context));
  }
}
