package io.muster.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.DeviceId;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceState;
import io.muster.support.Eventually;
import io.muster.support.SampleEvents;
import io.muster.support.Store;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the journal promises, on whatever store it lies. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JournalContract {
  private Store store;

  abstract Store open();

  @BeforeAll
  void open_the_store() {
    store = open();
  }

  @AfterAll
  void close_the_store() {
    store.close();
  }

  @Test
  void every_event_is_journalled_and_read_back() {
    var id = new DeviceId("everything");
    var facts = List.copyOf(SampleEvents.all().values());

    store.journal(id, facts.toArray(DeviceEvent[]::new));

    assertEquals(facts, journalOf(id));
  }

  @Test
  void a_device_is_recovered_after_the_store_was_closed_and_opened_again() {
    var id = new DeviceId("comes-back");
    var facts = SampleEvents.all().values().stream().limit(10).toList();
    store.journal(id, facts.toArray(DeviceEvent[]::new));

    store.reopen();

    assertEquals(after(facts), store.recall(id));
  }

  @Test
  void a_device_is_recovered_from_a_snapshot_and_the_events_since() {
    var id = new DeviceId("long-lived");
    var facts = new ArrayList<DeviceEvent>(SampleEvents.all().values().stream().limit(12).toList());
    var renamed = SampleEvents.all().get("renamed.v1");
    facts.addAll(Collections.nCopies(200, renamed));
    facts.forEach(fact -> store.journal(id, fact));

    store.reopen();

    assertEquals(after(facts), store.recall(id));
  }

  private static DeviceState after(List<DeviceEvent> facts) {
    return facts.stream().reduce(DeviceState.NEW, DeviceState::after, (_, last) -> last);
  }

  private List<DeviceEvent> journalOf(DeviceId id) {
    var journal =
        PersistenceQuery.get(store.system())
            .getReadJournalFor(JdbcReadJournal.class, JdbcReadJournal.Identifier());
    return Eventually.await(
        journal
            .currentEventsByPersistenceId("Device|" + id, 0, Long.MAX_VALUE)
            .map(envelope -> (DeviceEvent) envelope.event())
            .runWith(Sink.seq(), store.system()));
  }
}
