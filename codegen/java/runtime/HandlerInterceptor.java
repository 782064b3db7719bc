package dev.crossfade.runtime;

import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletionStage;

/**
 * Intercepts handlers, with typed messages: for validation, access control, auditing. See {@link
 * Rpc#intercept}.
 *
 * <p>It runs where the handler runs, so not for calls that legacy answers. To reject a call, throw
 * what the handler would throw.
 */
public interface HandlerInterceptor {
  /** The next interceptor or the handler; a single message is a stream of one. */
  interface Next<Q, R> {
    /** Runs it; the stage completes when it has ended. */
    CompletionStage<Void> run(In<Q> in, Out<R> out, CallContext context) throws Exception;
  }

  /** Runs a call: passes on its arguments, or wrappers around them. */
  <Q, R> CompletionStage<Void> around(
      MethodDescriptor<Q, R> method, In<Q> in, Out<R> out, CallContext context, Next<Q, R> next)
      throws Exception;
}
