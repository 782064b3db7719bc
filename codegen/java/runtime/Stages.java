package dev.crossfade.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Helpers for the stage that a handler returns. */
public final class Stages {
  private Stages() {}

  /** A completed stage. */
  public static CompletionStage<Void> ended() {
    return CompletableFuture.completedFuture(null);
  }

  /** Waits for a stage; throws what it failed with, as a blocking handler would. */
  public static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get();
    } catch (ExecutionException e) {
      Throwable cause = cause(e);
      if (cause instanceof Exception thrown) {
        throw thrown;
      }
      throw (Error) cause;
    }
  }

  /** Rethrows a checked exception undeclared: a handler's caller accepts any. */
  static RuntimeException unchecked(Throwable thrown) {
    return Stages.<RuntimeException>as(thrown);
  }

  @SuppressWarnings("unchecked") // type parameters are erased at run time
  private static <E extends Throwable> E as(Throwable thrown) throws E {
    throw (E) thrown;
  }

  /** What a stage failed with, unwrapped; null stays null. */
  public static Throwable cause(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
