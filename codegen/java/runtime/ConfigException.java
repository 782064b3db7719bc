package dev.crossfade.runtime;

import java.util.List;

/** Wrong settings: one line for each, with what was expected. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** One exception for all wrong settings; no stack trace, because the code is not at fault. */
  public ConfigException(List<String> lines) {
    super(String.join("\n  ", lines), null, false, false);
  }
}
