package dev.crossfade.buildqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConnectionPoolTest {
  private static long failed(double perSecond, double sentPerSecond) {
    AtomicLong now = new AtomicLong();
    ConnectionPool pool = new ConnectionPool(perSecond, now::get);
    long step = (long) (1e9 / sentPerSecond);
    return IntStream.range(0, 2000)
        .filter(
            at -> {
              now.addAndGet(step);
              return !pool.hasRoom();
            })
        .count();
  }

  @Test
  void nothingFailsBelowTheBound() {
    assertEquals(0, failed(30, 20));
  }

  @Test
  void eachTwentiethRequestFailsWhileThereAreTooMany() {
    assertEquals(2000 / 20.0, failed(30, 50), 5);
  }

  @Test
  void withoutABoundNothingFails() {
    assertEquals(0, failed(Double.POSITIVE_INFINITY, 1000));
  }
}
