package dev.crossfade.runtime;

/** Thrown by a handler that is not written yet; the legacy service then answers. */
public final class NotPortedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Has no stack trace, because it is thrown on every call. */
  public NotPortedException() {
    super("not ported", null, false, false);
  }
}
