package dev.crossfade.runtime;

public interface In<T> extends Iterable<T> {}
