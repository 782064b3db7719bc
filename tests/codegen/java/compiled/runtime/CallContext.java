package dev.crossfade.runtime;

public interface CallContext {}
