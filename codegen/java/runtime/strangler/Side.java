package dev.crossfade.runtime.strangler;

/** The two implementations. */
public enum Side {
  /** The Python service. */
  LEGACY("legacy"),
  /** The handlers in this process. */
  CANDIDATE("candidate");

  private final String word;

  Side(String word) {
    this.word = word;
  }

  /** The value of x-crossfade-served-by. */
  public String word() {
    return word;
  }
}
