package dev.crossfade.runtime;

public record Config() {
  public static Config fromEnvironment() {
    return new Config();
  }
}
