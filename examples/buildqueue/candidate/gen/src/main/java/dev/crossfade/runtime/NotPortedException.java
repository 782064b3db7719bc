package dev.crossfade.runtime;

/** What a handler throws that nobody has written yet; the legacy service then answers. */
public final class NotPortedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception without a stack trace: it is thrown on every call. */
  public NotPortedException() {
    super("not ported", null, false, false);
  }
}
