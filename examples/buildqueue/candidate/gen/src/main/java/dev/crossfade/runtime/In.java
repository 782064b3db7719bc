package dev.crossfade.runtime;

/**
 * The messages of a client, read one by one: the next is asked for when it is wanted, so a slow
 * reader slows its client down.
 *
 * <p>There is one iterator, and it can be read once. It blocks until the next message is there and
 * ends when the client has sent its last. It throws {@link
 * java.util.concurrent.CancellationException} when the client is gone.
 */
public interface In<T> extends Iterable<T> {}
