package dev.crossfade.buildqueue;

/**
 * Whether the porting bugs are fixed (BUILDQUEUE_FIXED=1). Each stands beside its fix, so that the
 * example can show both.
 */
public final class Port {
  public static final boolean FIXED = "1".equals(System.getenv("BUILDQUEUE_FIXED"));

  private Port() {}
}
