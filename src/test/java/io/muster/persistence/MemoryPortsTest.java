package io.muster.persistence;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

class MemoryPortsTest {
  private static Ports ports;

  @BeforeAll
  static void open() {
    ports = new Ports.InMemory();
  }

  @AfterAll
  static void close() {
    ports.close();
  }

  @Nested
  class As_a_roster extends RosterContract {
    @Override
    Ports ports() {
      return ports;
    }
  }

  @Nested
  class As_a_history extends HistoryContract {
    @Override
    Ports ports() {
      return ports;
    }
  }

  @Nested
  class As_pairings extends PairingsContract {
    @Override
    Ports ports() {
      return ports;
    }
  }

  @Nested
  class As_reports extends ReportsContract {
    @Override
    Ports ports() {
      return ports;
    }
  }

  @Nested
  class As_pushed_contents extends PushedContentsContract {
    @Override
    Ports ports() {
      return ports;
    }
  }

  @Nested
  class As_suspended_organisations extends SuspendedOrganizationsContract {
    @Override
    Ports ports() {
      return ports;
    }
  }
}
