package dev.crossfade.runtime;

public interface Out<T> {
  void send(T message);
}
