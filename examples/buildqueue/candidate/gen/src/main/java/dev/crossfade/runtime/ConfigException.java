package dev.crossfade.runtime;

import java.util.List;

/** Settings that are wrong: one line for each, with what was expected. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** All that is wrong at once; no stack trace, because it is not the code's fault. */
  public ConfigException(List<String> lines) {
    super(String.join("\n  ", lines), null, false, false);
  }
}
