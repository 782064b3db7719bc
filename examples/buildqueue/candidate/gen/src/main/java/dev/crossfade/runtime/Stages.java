package dev.crossfade.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** What is done with the end of a handler. */
public final class Stages {
  private Stages() {}

  /** A stage that has ended. */
  public static CompletionStage<Void> ended() {
    return CompletableFuture.completedFuture(null);
  }

  /** Waits for a stage; throws what it failed with, as a handler that blocks would have. */
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

  /** The same exception, where none may be declared: a handler's caller takes any. */
  static RuntimeException unchecked(Throwable thrown) {
    return Stages.<RuntimeException>as(thrown);
  }

  @SuppressWarnings("unchecked") // a type parameter is not there at run time
  private static <E extends Throwable> E as(Throwable thrown) throws E {
    throw (E) thrown;
  }

  /** What a stage failed with, without the wrapping of those behind it; null stays null. */
  public static Throwable cause(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
