package dev.crossfade.runtime;

public final class NotPortedException extends RuntimeException {
  private static final long serialVersionUID = 1L;
}
