package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Log;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.logging.Level;

/** Sends evidence to crossfade from its own thread; reconnects when the connection is lost. */
final class IngestLink {
  private static final int PAIRS_AT_ONCE = 100;
  private static final long LONGEST_PAUSE_MS = 5000;
  private static final long HELLO_MS =
      200; // the time in which crossfade rejects a hello, if it does

  private final SocketAddress address;
  private final String hello;
  private final Evidence evidence;
  private final long flushMs;
  private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
  private final Thread thread = new Thread(this::run, "ingest");
  private SocketChannel socket;
  private boolean lost;
  private volatile boolean closing;

  IngestLink(SocketAddress address, String hello, Evidence evidence, Duration flush) {
    this.address = address;
    this.hello = hello;
    this.evidence = evidence;
    this.flushMs = flush.toMillis();
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Sends the rest, for at most two seconds. */
  void close() throws InterruptedException {
    closing = true;
    thread.join(2000);
    thread.interrupt();
  }

  private void run() {
    long pause = 50;
    while (true) {
      long begun = System.nanoTime();
      try {
        connect();
        if (serve()) {
          return;
        }
      } catch (IOException e) {
        disconnect(e);
        if (closing) {
          return;
        }
        boolean wasStable = System.nanoTime() - begun > LONGEST_PAUSE_MS * 1_000_000;
        pause = wasStable ? 50 : Math.min(2 * pause, LONGEST_PAUSE_MS);
        if (!slept(pause)) {
          return;
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static boolean slept(long millis) {
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Sends until the link closes, then returns true; throws if the connection is lost. */
  private boolean serve() throws IOException, InterruptedException {
    long next = System.nanoTime() / 1_000_000;
    while (true) {
      boolean last = closing;
      String pair = evidence.nextPair(last ? 0 : Math.min(100, flushMs));
      for (int sent = 0; pair != null; sent++) {
        send(pair);
        pair =
            last || sent < PAIRS_AT_ONCE ? evidence.nextPair(0) : null; // counts get their turn too
      }
      long now = System.nanoTime() / 1_000_000;
      if (last || now >= next) {
        next = now + flushMs;
        for (String line : evidence.takeCounts()) {
          unsent.add(bytes(line));
        }
        sendAll();
      }
      if (last) {
        socket.close();
        return true;
      }
    }
  }

  /** Sends nothing until the hello has stood for a while: a rejection would lose it. */
  private void connect() throws IOException, InterruptedException {
    SocketAddress where = address;
    if (where instanceof InetSocketAddress named) {
      where = new InetSocketAddress(named.getHostString(), named.getPort());
      if (((InetSocketAddress) where).isUnresolved()) {
        throw new IOException("no such host: " + named.getHostString());
      }
    }
    socket = SocketChannel.open(where);
    unsent.forEach(ByteBuffer::rewind); // a line that was cut off is sent again as a whole
    write(bytes(hello));
    Thread.sleep(HELLO_MS);
    checkOpen();
    sendAll();
    Log.event(Level.INFO, "ingest.connected", "address", address);
    lost = false;
  }

  private void send(String line) throws IOException {
    unsent.add(bytes(line));
    sendAll();
  }

  private static ByteBuffer bytes(String line) {
    return ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void sendAll() throws IOException {
    while (!unsent.isEmpty()) {
      checkOpen();
      write(unsent.peek());
      unsent.remove();
    }
  }

  private void write(ByteBuffer line) throws IOException {
    while (line.hasRemaining()) {
      socket.write(line);
    }
  }

  /** The first write after the other side has closed would succeed and be lost. */
  private void checkOpen() throws IOException {
    socket.configureBlocking(false);
    int read = socket.read(ByteBuffer.allocate(1));
    socket.configureBlocking(true);
    if (read < 0) {
      throw new IOException("crossfade has closed the connection");
    }
  }

  private void disconnect(IOException why) {
    if (!lost) {
      lost = true;
      Log.event(Level.WARNING, "ingest.lost", "address", address, "because", why.toString());
    }
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      Log.event(Level.FINE, "ingest.close_failed", e);
    }
  }
}
