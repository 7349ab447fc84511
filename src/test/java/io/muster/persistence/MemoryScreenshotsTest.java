package io.muster.persistence;

import io.muster.actors.screen.Screenshots;
import io.muster.support.MemoryScreenshots;
import java.time.Clock;

class MemoryScreenshotsTest extends ScreenshotsContract {
  private final Screenshots storage = new MemoryScreenshots(Clock.systemUTC());

  @Override
  Screenshots storage() {
    return storage;
  }
}
