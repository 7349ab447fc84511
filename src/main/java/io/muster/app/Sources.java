package io.muster.app;

import io.muster.actors.LastSeen;
import io.muster.actors.Registry;
import io.muster.actors.SuspendedOrganizations;
import io.muster.actors.Telemetry;
import io.muster.actors.Transitions;
import io.muster.actors.content.ContentSource;
import io.muster.actors.content.PlaylistJson;
import io.muster.actors.content.PushedContents;
import io.muster.actors.device.Outside;
import io.muster.persistence.CmsContent;
import io.muster.persistence.CmsImpressions;
import io.muster.persistence.CmsNotifications;
import io.muster.persistence.CmsPresence;
import io.muster.persistence.CmsRegistry;
import io.muster.persistence.CmsTenants;
import io.muster.persistence.Database;
import io.muster.persistence.DeviceHints;
import io.muster.persistence.ImpressionSink;
import io.muster.persistence.NotificationTable;
import io.muster.persistence.PushedContentTable;
import io.muster.persistence.SqlNotifications;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Who says what devices show and who they are, as it is set: our own tables, or those of a CMS. */
final class Sources implements AutoCloseable {
  private final ContentSource content;
  private final Optional<PushedContents> pushed;
  private final Optional<Registry> registry;
  private final Optional<SuspendedOrganizations> suspended;
  private final Optional<CmsPresence> presence;
  private final NotificationTable notifications;
  private final List<ImpressionSink> impressions;
  private final LastSeen lastSeen;

  Sources(Settings.Cms settings, Database database, Telemetry telemetry, Clock clock) {
    var json = new PlaylistJson(settings.apiBaseUrl());
    if (settings.hasContent()) {
      content = new CmsContent(database, json, telemetry, clock);
      pushed = Optional.empty();
    } else {
      var table = new PushedContentTable(database, json);
      content = table;
      pushed = Optional.of(table);
    }
    boolean isBesideCms = settings.hasContent() || settings.hasRegistry();
    registry =
        settings.hasRegistry() ? Optional.of(new CmsRegistry(database, clock)) : Optional.empty();
    suspended = isBesideCms ? Optional.of(new CmsTenants(database)) : Optional.empty();
    presence = isBesideCms ? Optional.of(new CmsPresence(database, clock)) : Optional.empty();
    notifications =
        settings.hasRegistry() ? new CmsNotifications(database) : new SqlNotifications(database);
    impressions = settings.hasContent() ? List.of(new CmsImpressions()) : List.of();
    var hints = new DeviceHints(database);
    lastSeen = presence.map(hints::and).orElse(hints);
  }

  ContentSource content() {
    return content;
  }

  /** Absent where the tables of a CMS say what is shown: nothing can be pushed beside them. */
  Optional<PushedContents> pushed() {
    return pushed;
  }

  /** Absent where devices enrol by their tokens. */
  Optional<Registry> registry() {
    return registry;
  }

  /** Absent where there is no CMS that could suspend anybody. */
  Optional<SuspendedOrganizations> suspended() {
    return suspended;
  }

  /** Who, beside this gateway, keeps the status of devices. */
  Transitions transitions() {
    return presence.map(Transitions.class::cast).orElse(Outside.UNTOLD);
  }

  /** Where people read of outages. */
  NotificationTable notifications() {
    return notifications;
  }

  /** Who, beside our own tables, keeps what was shown. */
  List<ImpressionSink> impressions() {
    return impressions;
  }

  LastSeen lastSeen() {
    return lastSeen;
  }

  @Override
  public void close() {
    presence.ifPresent(CmsPresence::close);
  }
}
