package io.muster.persistence;

import io.muster.actors.CommandHistory;
import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceId;
import io.muster.actors.Page;
import io.muster.actors.device.CommandTimelines;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.CommandQueued;
import io.muster.actors.device.DeviceEvent.CommandSent;
import io.muster.actors.device.DeviceEvent.CommandSettled;
import java.io.NotSerializableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Timelines straight from the journal's table. Its connections are not those of the journal: nobody
 * who reads history keeps a device from writing.
 */
public final class JournalHistory implements CommandHistory {
  private static final int PAGE_MAX = 200;

  /** So many events are read at once, forwards or backwards. */
  private static final int WINDOW = 500;

  private static final String FORWARDS =
      """
      select sequence_number, event_ser_manifest, event_payload
      from muster.event_journal
      where persistence_id = ? and sequence_number >= ? and event_ser_manifest like 'command-%'
      order by sequence_number limit ?\
      """;

  private static final String QUEUED_BACKWARDS =
      """
      select sequence_number, event_ser_manifest, event_payload
      from muster.event_journal
      where persistence_id = ? and sequence_number < ? and event_ser_manifest like 'command-queued.%'
      order by sequence_number desc limit ?\
      """;

  private final Database database;
  private final JournalSerializer serializer = new JournalSerializer();

  public JournalHistory(Database database) {
    this.database = database;
  }

  private record Numbered(long seq, DeviceEvent event) {}

  @Override
  public CompletionStage<Optional<CommandView>> find(DeviceId device, CommandId id) {
    return database.query(
        c -> {
          var beginning = beginning(c, device, id);
          return beginning.isEmpty()
              ? Optional.empty()
              : timelines(c, device, beginning.getAsLong(), Set.of(id)).find(id);
        });
  }

  @Override
  public CompletionStage<Page<CommandView>> newestFirst(
      DeviceId device, int size, Optional<String> token) {
    if (size < 1 || size > PAGE_MAX) {
      return refused("a page has 1 to " + PAGE_MAX + " commands");
    }
    if (token.isPresent() && before(token.get()).isEmpty()) {
      return refused("no page has given this token");
    }
    long before = token.map(t -> before(t).getAsLong()).orElse(Long.MAX_VALUE);
    return database.query(c -> page(c, device, size, before));
  }

  private static <T> CompletionStage<T> refused(String why) {
    return CompletableFuture.failedFuture(new IllegalArgumentException(why));
  }

  private static OptionalLong before(String token) {
    try {
      return Cursor.isWellFormed(token)
          ? OptionalLong.of(Long.parseLong(Cursor.last(token)))
          : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private Page<CommandView> page(Connection c, DeviceId device, int size, long before)
      throws SQLException {
    var queued = read(c, QUEUED_BACKWARDS, device, before, size + 1);
    boolean hasMore = queued.size() > size;
    var shown = hasMore ? queued.subList(0, size) : queued;
    if (shown.isEmpty()) {
      return new Page<>(List.of(), Optional.empty());
    }
    var ids = new HashSet<CommandId>();
    shown.forEach(numbered -> command(numbered.event()).ifPresent(ids::add));
    long oldest = shown.getLast().seq();
    var views = timelines(c, device, oldest, ids).views();
    return new Page<>(
        views.reversed(),
        hasMore ? Optional.of(Cursor.after(Long.toString(oldest))) : Optional.empty());
  }

  /** Where the command was queued: its id tells, unless it was made elsewhere. */
  private OptionalLong beginning(Connection c, DeviceId device, CommandId id) throws SQLException {
    var told = CommandTimelines.sequenceNumberOf(id);
    if (told.isPresent()) {
      var there = read(c, FORWARDS, device, told.getAsLong(), 1);
      if (there.stream().anyMatch(n -> n.seq() == told.getAsLong() && isQueueing(n, id))) {
        return told;
      }
    }
    long before = Long.MAX_VALUE;
    while (true) {
      var window = read(c, QUEUED_BACKWARDS, device, before, WINDOW);
      for (Numbered numbered : window) {
        if (isQueueing(numbered, id)) {
          return OptionalLong.of(numbered.seq());
        }
      }
      if (window.size() < WINDOW) {
        return OptionalLong.empty();
      }
      before = window.getLast().seq();
    }
  }

  private static boolean isQueueing(Numbered numbered, CommandId id) {
    return numbered.event() instanceof CommandQueued e && e.order().id().equals(id);
  }

  /** Reads on until all of them have settled, or to the end. */
  private CommandTimelines timelines(Connection c, DeviceId device, long from, Set<CommandId> ids)
      throws SQLException {
    var timelines = new CommandTimelines(device);
    var open = new HashSet<>(ids);
    long next = from;
    while (!open.isEmpty()) {
      var window = read(c, FORWARDS, device, next, WINDOW);
      for (Numbered numbered : window) {
        if (command(numbered.event()).filter(ids::contains).isPresent()) {
          timelines.add(numbered.event());
        }
        if (numbered.event() instanceof CommandSettled e) {
          open.remove(e.id());
        }
      }
      if (window.size() < WINDOW) {
        break;
      }
      next = window.getLast().seq() + 1;
    }
    return timelines;
  }

  private static Optional<CommandId> command(DeviceEvent event) {
    return switch (event) {
      case CommandQueued e -> Optional.of(e.order().id());
      case CommandSent e -> Optional.of(e.id());
      case CommandSettled e -> Optional.of(e.id());
      default -> Optional.empty();
    };
  }

  private List<Numbered> read(Connection c, String sql, DeviceId device, long seq, int max)
      throws SQLException {
    try (var select = c.prepareStatement(sql)) {
      select.setString(1, "Device|" + device);
      select.setLong(2, seq);
      select.setInt(3, max);
      var events = new ArrayList<Numbered>();
      try (var found = select.executeQuery()) {
        while (found.next()) {
          events.add(new Numbered(found.getLong(1), event(found.getString(2), found.getBytes(3))));
        }
      }
      return events;
    }
  }

  private DeviceEvent event(String manifest, byte[] bytes) {
    try {
      return (DeviceEvent) serializer.fromBinary(bytes, manifest);
    } catch (NotSerializableException e) {
      throw new IllegalStateException(e);
    }
  }
}
