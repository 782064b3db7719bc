package dev.crossfade.runtime;

/**
 * The messages of a client, read one by one: each is requested when it is needed, so a slow reader
 * slows its client down.
 *
 * <p>There is one iterator, and it can be read once. It blocks until the next message arrives and
 * ends after the client's last message. It throws {@link
 * java.util.concurrent.CancellationException} when the client is gone.
 */
public interface In<T> extends Iterable<T> {}
