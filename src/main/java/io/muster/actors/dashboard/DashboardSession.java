package io.muster.actors.dashboard;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.OrgId;
import io.muster.actors.Picture;
import io.muster.actors.Roster;
import io.muster.actors.dashboard.ToDashboard.*;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One watcher: first a picture of the organisation, then every change after it without a gap. A
 * plain object confined to its event loop.
 *
 * <p>It must be among the audience before it is opened, or a change in between would be lost. The
 * table behind the picture may lag the journal, so once it has what was journalled at the time of
 * subscribing, the differences are told.
 */
public final class DashboardSession {
  private static final long RETRY_MILLIS = 2_000;

  /** The socket, as the session sees it. Called on the session's loop only. */
  public interface Screen {
    /**
     * A large picture takes its time.
     *
     * @param shown run when all of it has been put before the watcher; not after the session ended
     */
    void picture(List<DeviceView> devices, Runnable shown);

    void news(ToDashboard news);
  }

  private enum Stage {
    GATHERING,
    SHOWING,
    SETTLING,
    LIVE,
    ENDED
  }

  private final OrgId org;
  private final Roster roster;
  private final Screen screen;
  private final ScheduledExecutorService loop;
  private Stage stage = Stage.GATHERING;

  // A repetition that was asked for while the picture was on its way.
  private boolean again;

  // The watcher may have been told what neither the table nor this session knows.
  private boolean hasSeenMore;

  // What the answers on their way belong to: those of an earlier round are of no interest.
  private int round;

  // News that came before the picture was shown: the latest of each device is enough, so it is
  // bounded by the fleet.
  private final Map<DeviceId, ToDashboard> early = new LinkedHashMap<>();

  // What was told since the picture, until the table has caught up.
  private final Map<DeviceId, DeviceView> told = new HashMap<>();
  private Picture shown = new Picture(List.of());

  public DashboardSession(OrgId org, Roster roster, Screen screen, ScheduledExecutorService loop) {
    this.org = org;
    this.roster = roster;
    this.screen = screen;
    this.loop = loop;
  }

  public void open() {
    on(roster.head(), mark -> on(pictureSince(mark), picture -> show(picture, mark)));
  }

  /** Who has seen more already must not be shown the table as it lags. */
  private CompletionStage<Picture> pictureSince(Roster.Mark mark) {
    return hasSeenMore
        ? roster.caughtUp(mark).thenCompose(_ -> roster.picture(org))
        : roster.picture(org);
  }

  /**
   * True when the news may go to the socket as it is; otherwise it was kept or is older than what
   * was shown.
   */
  public boolean admits(ToDashboard news) {
    return switch (stage) {
      case LIVE -> true;
      case ENDED -> false;
      case GATHERING, SHOWING -> {
        keep(news);
        yield false;
      }
      case SETTLING -> isNew(news);
    };
  }

  /**
   * Shows the picture once more, to a watcher who may have missed the first. Changes meanwhile are
   * told as ever.
   */
  public void repeat() {
    switch (stage) {
      case SETTLING, LIVE -> {
        // What was told while live was not kept.
        hasSeenMore = stage == Stage.LIVE;
        stage = Stage.GATHERING;
        round++;
        open();
      }
      case SHOWING -> again = true;
      case GATHERING, ENDED -> {}
    }
  }

  public void ended() {
    stage = Stage.ENDED;
    early.clear();
    forget();
  }

  private void forget() {
    told.clear();
    shown = new Picture(List.of());
  }

  private void keep(ToDashboard news) {
    switch (news) {
      case DeviceChanged n -> early.put(n.device().id(), n);
      case DeviceMissing n -> early.put(n.device().id(), n);
      case Sampled _,
          CommandMoved _,
          Told _ -> {} // the picture and the pages of their own tell as much
    }
  }

  private void show(Picture picture, Roster.Mark mark) {
    shown = picture;
    hasSeenMore = false;
    stage = Stage.SHOWING;
    screen.picture(latest(), () -> shown(mark));
  }

  private void shown(Roster.Mark mark) {
    if (stage != Stage.SHOWING) {
      return;
    }
    stage = Stage.SETTLING;
    early.values().stream().filter(this::isNew).forEach(screen::news);
    early.clear();
    if (again) {
      again = false;
      repeat();
    } else {
      on(roster.caughtUp(mark).thenCompose(_ -> roster.picture(org)), this::settle);
    }
  }

  private void settle(Picture picture) {
    for (DeviceView device : picture.devices()) {
      var change = new DeviceChanged(device);
      if (isNew(change)) {
        screen.news(change);
      }
    }
    forget();
    stage = Stage.LIVE;
  }

  /** The table may lag what this watcher was told before a repetition. */
  private List<DeviceView> latest() {
    if (told.isEmpty()) {
      return shown.devices();
    }
    var all = new LinkedHashMap<DeviceId, DeviceView>();
    shown.devices().forEach(device -> all.put(device.id(), device));
    told.forEach((id, device) -> all.merge(id, device, DashboardSession::newer));
    return List.copyOf(all.values());
  }

  private static DeviceView newer(DeviceView one, DeviceView other) {
    return other.isNewerThan(one) ? other : one;
  }

  private boolean isNew(ToDashboard news) {
    return switch (news) {
      case DeviceChanged n -> isNew(n.device(), true);
      case DeviceMissing n -> isNew(n.device(), false);
      case Sampled _, CommandMoved _, Told _ -> true;
    };
  }

  /** That a device is missing is told of a fact which is known already; a change is told once. */
  private boolean isNew(DeviceView device, boolean once) {
    var last = Optional.ofNullable(told.get(device.id())).or(() -> shown.find(device.id()));
    boolean isOld =
        last.isPresent()
            && (once ? !device.isNewerThan(last.get()) : last.get().isNewerThan(device));
    if (!isOld) {
      told.put(device.id(), device);
    }
    return !isOld;
  }

  /** A read model that is away is asked again; until then the watcher waits for its picture. */
  private <T> void on(CompletionStage<T> answer, Consumer<T> then) {
    int asked = round;
    answer.whenComplete(
        (value, failure) ->
            loop.execute(
                () -> {
                  if (stage == Stage.ENDED || asked != round) {
                    return;
                  }
                  if (failure == null) {
                    then.accept(value);
                  } else {
                    loop.schedule(() -> startAgain(asked), RETRY_MILLIS, TimeUnit.MILLISECONDS);
                  }
                }));
  }

  private void startAgain(int failed) {
    if (failed != round) {
      return;
    }
    switch (stage) {
      case GATHERING -> open();
      case SETTLING ->
          on(
              roster.head().thenCompose(roster::caughtUp).thenCompose(_ -> roster.picture(org)),
              this::settle);
      case SHOWING, LIVE, ENDED -> {}
    }
  }
}
