package io.muster.app;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.DeviceId;
import io.muster.actors.GraceRecords;
import io.muster.actors.OrgId;
import io.muster.actors.Refusal;
import io.muster.actors.Telemetry;
import io.muster.actors.Tenants;
import io.muster.actors.canary.Canary;
import io.muster.actors.canary.CanaryJournal;
import io.muster.actors.cluster.Membership;
import io.muster.actors.cluster.NodeCard;
import io.muster.actors.cluster.Nodes;
import io.muster.actors.dashboard.Relay;
import io.muster.actors.device.Answer;
import io.muster.actors.device.Device;
import io.muster.actors.device.DeviceCommand.Describe;
import io.muster.actors.device.DeviceSessions;
import io.muster.actors.device.Devices;
import io.muster.actors.device.Outside;
import io.muster.actors.device.SeenDevices;
import io.muster.actors.device.UrgentDevices;
import io.muster.actors.device.Watchman;
import io.muster.actors.notify.GraceRulebook;
import io.muster.actors.notify.Outages;
import io.muster.actors.room.Room;
import io.muster.actors.room.RoomTypes;
import io.muster.actors.room.Rooms;
import io.muster.actors.room.type.FeatureType;
import io.muster.actors.room.type.OrgType;
import io.muster.actors.room.type.RecordsType;
import io.muster.actors.room.type.SessionType;
import io.muster.actors.room.type.UserType;
import io.muster.actors.session.Revocations;
import io.muster.actors.telemetry.Reports;
import io.muster.actors.tenant.TenantBoard;
import io.muster.app.reporting.OpenTelemetryTraces;
import io.muster.app.reporting.TraceExport;
import io.muster.http.Envelope;
import io.muster.http.Guests;
import io.muster.http.Reception;
import io.muster.http.TenantNews;
import io.muster.http.api.Alerts;
import io.muster.http.api.BackEndHealth;
import io.muster.http.api.BackEndRoutes;
import io.muster.http.api.ClusterRoutes;
import io.muster.http.api.Guard;
import io.muster.http.api.RoomRoutes;
import io.muster.http.api.Routes;
import io.muster.http.api.ServiceKey;
import io.muster.http.api.WebSocketRoutes;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import io.muster.http.dashboard.DashboardDoor;
import io.muster.http.dashboard.Watchers;
import io.muster.http.device.DeviceDoor;
import io.muster.http.device.Present;
import io.muster.http.device.ScreenReports;
import io.muster.http.edge.Allowance;
import io.muster.http.edge.AllowedOrigins;
import io.muster.http.edge.EventLoops;
import io.muster.http.edge.HttpLimits;
import io.muster.http.edge.Listener;
import io.muster.http.edge.LoopWatch;
import io.muster.http.edge.PlainUpgrade;
import io.muster.http.edge.RawLimits;
import io.muster.http.edge.RawUpgrade;
import io.muster.http.edge.RouteHandler;
import io.muster.http.edge.Routing;
import io.muster.http.edge.TrustedProxies;
import io.muster.http.room.Bouncer;
import io.muster.http.room.CommandHook;
import io.muster.http.room.Recovery;
import io.muster.http.room.RoomDoor;
import io.muster.http.room.RoomGuests;
import io.muster.http.room.RoomLaw;
import io.muster.http.room.civic.CivicDoor;
import io.muster.http.room.feature.FeatureDoor;
import io.muster.persistence.Database;
import io.muster.persistence.DatabaseClock;
import io.muster.persistence.DatabaseUnavailable;
import io.muster.persistence.DeviceProjection;
import io.muster.persistence.DeviceViews;
import io.muster.persistence.JournalHistory;
import io.muster.persistence.ReportPurge;
import io.muster.persistence.RoomPurge;
import io.muster.persistence.SqlGraceRules;
import io.muster.persistence.SqlNodes;
import io.muster.persistence.SqlOutages;
import io.muster.persistence.SqlPairings;
import io.muster.persistence.SqlReports;
import io.muster.persistence.SqlRevocations;
import io.muster.persistence.SqlRoomJournal;
import io.muster.persistence.SqlStatistics;
import io.muster.persistence.SqlSuspendedOrganizations;
import io.muster.persistence.redis.Redis;
import io.muster.persistence.redis.RedisGraceRecords;
import io.muster.persistence.redis.RedisPresence;
import io.muster.persistence.redis.RedisRevocationMarkers;
import io.muster.persistence.redis.RedisTelemetryKeys;
import io.muster.persistence.redis.RedisToldReports;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;
import scala.concurrent.ExecutionContext;

/** The map of the house: what exists, in the order in which it comes alive. */
public final class Gateway implements AutoCloseable {
  private static final Duration CLOSING = Duration.ofMillis(4_500);

  // A part of the above. A second doubles the time in which a whole fleet comes back.
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  // Among others, which take over what this one has.
  private static final Duration LEAVING = Duration.ofSeconds(28);
  private static final Duration HANDING_OVER = Duration.ofSeconds(12);

  /** The status of a process whose node was removed, because the others could not reach it. */
  public static final int REMOVED = 3;

  private static final Duration WRITING = Duration.ofSeconds(4); // less than a turn of the canary
  private static final Duration LOOKING = Duration.ofSeconds(2);

  // Nobody's device, that is never registered: to describe it writes nothing.
  private static final OrgId PROBE_ORG = new OrgId("_muster");
  private static final DeviceId PROBE = new DeviceId("_ready");

  private static final DispatcherSelector LOOPS = DispatcherSelector.fromConfig("muster.loops");

  private final Settings settings;
  private final EventLoops loops;
  private final Database database;
  private final ActorSystem<Void> system;
  private final Membership membership;
  private final SqlNodes roll;
  private final Nodes nodes;
  private final CompletableFuture<Integer> over = new CompletableFuture<>();
  private final DeviceViews roster;
  private final SeenDevices seen;
  private final SqlReports reports;
  private final Sources sources;
  private final Guests guests;
  private final JournalProbe probe;
  private final Optional<Redis> redis;
  private final Studio studio;
  private final TraceExport spans;
  private final Listener listener;
  private final Pulse pulse;

  /**
   * Starts everything and opens the door last. Blocks until it is open.
   *
   * @throws BindException when the port is taken
   * @throws DatabaseUnavailable when the store cannot be opened
   */
  public static Gateway start(Settings settings) throws BindException, UnknownHostException {
    return new Gateway(settings);
  }

  private Gateway(Settings settings) throws BindException, UnknownHostException {
    this.settings = settings;
    Ports.check(settings.http());
    database = Database.open(settings.persistence()); // migrated before anyone reads
    var time = new TimeKeeping(new DatabaseClock(database));
    var clock = time.begin();
    loops = EventLoops.onAllCores();
    system = actorSystem(settings, loops, database);
    time.goOn(clock, system);
    membership = Membership.of(system);
    roll = new SqlNodes(database);
    join();
    membership.onEnd(() -> over.complete(REMOVED)); // unless it was asked for

    var metrics = new Metrics();
    var telemetry = metrics.telemetry();
    spans = TraceExport.to(settings.reporting().collector(), Version.TEXT, membership.shortName());
    var traces = new OpenTelemetryTraces(spans.telemetry(), clock);
    seen = new SeenDevices(clock);
    roster = new DeviceViews(database, seen::latest);
    sources = new Sources(settings.cms(), database, telemetry, clock);
    var history = new JournalHistory(database);
    var watchers = new Watchers();
    var itself = settings.cluster().node().orElseGet(this::canaryName);
    var canary = new Canary(itself, telemetry, System::nanoTime);
    var feed = Relay.start(system, LOOPS, canary.beside(watchers));
    canary.start(system, feed, writing(itself, clock));
    redis = Redis.open(settings.redis(), telemetry);
    var presence = redis.map(r -> new RedisPresence(r, telemetry));
    var mint = new TokenMint(Secret.of(settings.secrets().device()), clock);
    var tenants =
        new TenantBoard(
            sources.suspended().orElseGet(() -> new SqlSuspendedOrganizations(database, clock)));
    var rules = GraceRulebook.start(system, new SqlGraceRules(database), settings.device().grace());
    var urgent = UrgentDevices.start(system, clock);
    var around =
        new Device.Surroundings(
            settings.device(),
            feed,
            seen,
            telemetry,
            traces,
            clock,
            new SecureRandom(),
            outside(mint, tenants, presence),
            rules,
            urgent);
    var devices = Devices.open(system, LOOPS, around);
    var kinds =
        RoomTypes.with(
            List.of(
                new SessionType(),
                new FeatureType(),
                new RecordsType(),
                new UserType(),
                new OrgType()));
    var rooms =
        Rooms.open(
            system,
            LOOPS,
            new Room.Surroundings(
                settings.rooms(), kinds, new SqlRoomJournal(database), clock, new SecureRandom()));
    new RoomPurge(database, kinds, settings.rooms().retention(), clock).start(system);
    var law = new RoomLaw(kinds, rooms::hasRoomFor);
    var here = new RoomGuests();
    var recovery = new Recovery(Secret.of(settings.secrets().device()));
    var sessions = new DeviceSessions(system, LOOPS, devices, membership.self());
    var present = new Present(tenants);
    tenants.start(
        system, settings.backEnd().entitlementRefresh(), new TenantNews(present, feed, devices));
    DeviceProjection.start(system, database);
    ClusterSingleton.get(system)
        .init(
            SingletonActor.of(
                Watchman.create(
                    roster, devices, membership::living, clock, settings.device().grace()),
                "watchman"));
    var notifications = sources.notifications();
    var outages = new SqlOutages(database, notifications, rules, settings.notifications());
    ClusterSingleton.get(system)
        .init(
            SingletonActor.of(
                Outages.create(outages, feed, telemetry, clock, settings.notifications()),
                "outages"));
    seen.sampleTo(feed, system);
    seen.keepIn(sources.lastSeen(), system);
    reports = new SqlReports(database, settings.reports(), sources.impressions(), telemetry);
    new ReportPurge(database, settings.reports().keepDays(), clock).start(system);
    presence.ifPresent(p -> seen.showIn(p, system));
    var revocations =
        Revocations.start(
            system,
            new SqlRevocations(database),
            redis.map(RedisRevocationMarkers::new),
            watchers.and(here),
            telemetry,
            clock);
    LoopWatch.start(loops, telemetry::loopWasLate);
    studio = Studio.open(settings, database, feed, telemetry, system, clock);
    probe = JournalProbe.start(system, roster, () -> serves(devices), telemetry);

    var authenticator = Users.authenticator(settings, clock, system.executionContext());
    var events =
        Allowance.of(settings.sockets().eventsPerSecond(), settings.sockets().eventsBurst());
    var envelope = new Envelope(clock);
    guests = new Guests();
    var reception =
        new Reception(
            authenticator,
            revocations,
            new DeviceDoor(
                sessions,
                devices,
                seen,
                guests,
                present,
                envelope,
                events,
                new ScreenReports(told(reports, telemetry), envelope, telemetry),
                telemetry,
                studio.darkroom(),
                Door.open(settings.admission(), urgent, system, telemetry)),
            new DashboardDoor(
                devices,
                roster,
                watchers,
                guests,
                envelope,
                events,
                telemetry,
                settings.device().telling()),
            new RoomDoor(
                rooms,
                law,
                recovery,
                here,
                guests,
                envelope,
                events,
                settings
                    .realtime()
                    .application()
                    .map(
                        application ->
                            new CommandHook(
                                application.url(),
                                application.secret(),
                                "urn:muster:" + itself,
                                clock)),
                Version.TEXT),
            telemetry,
            settings.http().cookie());
    var bouncer = new Bouncer(authenticator, revocations);
    var realtime =
        new CivicDoor(
            bouncer,
            rooms,
            law,
            here,
            guests,
            envelope,
            settings.realtime().messages(),
            settings.realtime().frames());
    var features =
        new FeatureDoor(
            bouncer,
            rooms,
            law,
            recovery,
            here,
            guests,
            envelope,
            events,
            settings.rooms()::isHosted,
            Version.TEXT);
    var routes =
        new Routes(
            new Routes.House(
                devices,
                roster,
                history,
                new SqlStatistics(database),
                new SqlPairings(database),
                sources.registry().isPresent(),
                sources.pushed(),
                telemetry,
                traces,
                mint,
                new Guard(authenticator, revocations),
                authenticator,
                studio.shelf(),
                probe.health(canary, clock),
                new Alerts(outages, notifications, rules),
                metrics.text(
                    seen::census,
                    () -> guests.count(Guests.Kind.DASHBOARD),
                    settings.reporting().organizationsMax()),
                visitor ->
                    Metrics.mayRead(
                        visitor, settings.secrets().metricsToken(), settings.isProduction()),
                revocations,
                clock,
                new ClusterRoutes.House(
                    () -> nodes().look(devices, LOOKING),
                    Devices.shards(system),
                    node -> nodes().drain(node)),
                new RoomRoutes.House(rooms, loops::next),
                law,
                settings.rooms()::isHosted,
                new WebSocketRoutes.House(guests, rooms::active),
                new BackEndRoutes.House(
                    new ServiceKey(settings.secrets().internal().map(Secret::of)),
                    settings.backEnd().patience(),
                    sources.pushed(),
                    feed,
                    tenants),
                new BackEndHealth.House(
                    () -> redis.map(Redis::isUp),
                    visitor ->
                        Metrics.mayReadInternally(
                            visitor, settings.secrets().metricsToken(), settings.isProduction()))));
    listener =
        open(reception, features, realtime, routes); // last: we are ready when the door opens
    var startedAt = clock.instant();
    // By number, so that nobody has to look it up on an event loop.
    var host =
        InetAddress.getByName(settings.cluster().reachedAt(settings.http().host()))
            .getHostAddress();
    nodes = Nodes.start(system, membership, () -> card(host, startedAt), () -> over.complete(0));
    pulse =
        new Pulse(
                membership.goneAfter(),
                membership::isAmongOthers,
                telemetry,
                System::nanoTime,
                this::giveUp)
            .start();
  }

  /** What is here may be somebody else's by now: nobody is served any more, and all are let go. */
  void giveUp() {
    probe.leaving();
    guests.sendAway(Duration.ZERO, _ -> {});
    membership.removeItself();
  }

  private void join() {
    if (!settings.cluster().isOneOfSeveral()) {
      membership.found();
      return;
    }
    var register =
        new Joining.Register() {
          @Override
          public CompletionStage<List<ClusterSettings.Seed>> others() {
            return roll.others(membership.hostPort())
                .thenApply(all -> all.stream().flatMap(ClusterSettings::seed).toList());
          }

          @Override
          public void isHere() {
            roll.isHere(membership.hostPort());
          }
        };
    new Joining(
            settings.cluster().seeds(),
            register,
            membership::isMember,
            seeds -> membership.join(ClusterSettings.joining(seeds)))
        .start(system);
  }

  private Nodes nodes() {
    return nodes;
  }

  /** Of another node. */
  private Optional<InetSocketAddress> door(String shortName) {
    return Optional.ofNullable(nodes) // the door is open a moment before it knows the others
        .flatMap(all -> all.byShortName(shortName))
        .map(card -> InetSocketAddress.createUnresolved(card.httpHost(), card.httpPort()));
  }

  private NodeCard card(String host, Instant startedAt) {
    return new NodeCard(
        membership.self(),
        membership.shortName(),
        settings.cluster().node().orElse(membership.hostPort()),
        Version.TEXT,
        host,
        port(),
        startedAt,
        guests.count(Guests.Kind.DEVICE),
        guests.count(Guests.Kind.DASHBOARD),
        guests.isLeaving());
  }

  /**
   * Ends with the status of the process when this node is to end without a signal: 0 when it was
   * asked to leave, {@link #REMOVED} when the others have gone on without it.
   */
  public CompletionStage<Integer> over() {
    return over;
  }

  private Reports told(Reports store, Telemetry telemetry) {
    return redis
        .<Reports>map(r -> new RedisToldReports(store, new RedisTelemetryKeys(r, telemetry)))
        .orElse(store);
  }

  private Outside outside(TokenMint mint, Tenants tenants, Optional<RedisPresence> presence) {
    return new Outside(
        sources.content(),
        sources.registry(),
        tenants,
        redis.<GraceRecords>map(RedisGraceRecords::new).orElse(GraceRecords.NONE),
        mint,
        presence.map(sources.transitions()::and).orElse(sources.transitions()),
        new Outside.Times(
            settings.cms().contentRecheck(),
            settings.cms().registryRecheck(),
            settings.renewal().within(),
            settings.renewal().cooldown()));
  }

  private Listener open(
      Reception reception, FeatureDoor features, CivicDoor realtime, Routes routes)
      throws BindException, UnknownHostException {
    var proxies = TrustedProxies.of(settings.http().trustedProxies());
    var origins = AllowedOrigins.of(settings.http().corsOrigins());
    var edge = Edges.settings(settings, membership.shortName(), origins, proxies);
    var routing = Routing.of(system, routes.sealed().function(system), HttpLimits.DEFAULT, proxies);
    return Listener.open(
        loops,
        List.of(
            new InetSocketAddress(
                InetAddress.getByName(settings.http().host()), settings.http().port())),
        edge,
        this::door,
        List.of(
            Listener.Mount.socketIo("/socket.io/", reception),
            Listener.Mount.socketIo("/api/ws/", features)),
        List.of(
            PlainUpgrade.serving(
                new PlainUpgrade.Mount(reception, Edges.plain(settings), proxies, origins)),
            RawUpgrade.serving(
                new RawUpgrade.Mount(
                    CivicDoor.PATH, realtime, RawLimits.DEFAULT, proxies, origins)),
            RouteHandler.answering(routing)));
  }

  private static ActorSystem<Void> actorSystem(
      Settings settings, EventLoops loops, Database database) {
    var config =
        database
            .pekkoConfig()
            .withFallback(settings.cluster().pekkoConfig(Version.TEXT))
            .withFallback(ConfigFactory.load());
    var bootstrap =
        BootstrapSetup.create()
            .withConfig(config)
            .withDefaultExecutionContext(ExecutionContext.fromExecutor(loops));
    return ActorSystem.create(
        Behaviors.empty(), ClusterSettings.SYSTEM, ActorSystemSetup.create(bootstrap));
  }

  /** Whoever is alone has a name that stays; a port of its own is another one at each start. */
  private String canaryName() {
    return settings.cluster().isOneOfSeveral() ? membership.hostPort() : "alone";
  }

  private Supplier<CompletionStage<?>> writing(String node, Clock clock) {
    var journal = system.systemActorOf(CanaryJournal.of(node, clock), "canary", Props.empty());
    return () -> AskPattern.ask(journal, CanaryJournal.Write::new, WRITING, system.scheduler());
  }

  /** Whether this node is a member and a device answers it, wherever that one lives. */
  private CompletionStage<Boolean> serves(Devices devices) {
    if (!membership.isUp()) {
      return CompletableFuture.completedFuture(false);
    }
    return devices
        .ask(PROBE, replyTo -> new Describe(PROBE_ORG, replyTo))
        .thenApply(answer -> !answer.equals(new Answer.No(Refusal.JOURNAL_UNAVAILABLE)));
  }

  public int port() {
    return listener.port();
  }

  /**
   * Tells everybody, closes the door, keeps what is only hinted so far, and stops. A node by itself
   * takes less than 5 seconds: whoever started us kills us after that, and then it is better to
   * have been asked once. Among others it takes up to 30, in which they get what it has.
   */
  @Override
  public void close() {
    boolean isAlone = !membership.hasOthers();
    var deadline = Deadline.in(isAlone ? CLOSING : LEAVING);
    over.complete(0);
    pulse.close();
    probe.leaving();
    listener.close();
    nodes.announce();
    guests.sendAway(
        isAlone ? FAREWELL : settings.leaving().over(guests.count()),
        rest -> LockSupport.parkNanos(rest.toNanos()));
    reports.close(deadline.atMost(Duration.ofMillis(700)));
    Patience.await(seen.keep(sources.lastSeen()), deadline.atMost(Duration.ofSeconds(1)));
    studio.close();
    spans.close();
    system.terminate(); // leaves the cluster first
    Patience.await(
        List.of(system.getWhenTerminated().thenAccept(_ -> {})),
        deadline.atMost(isAlone ? Duration.ofSeconds(2) : HANDING_OVER));
    if (settings.cluster().isOneOfSeveral()) {
      Patience.await(
          List.of(roll.isGone(membership.hostPort())), deadline.atMost(Duration.ofMillis(500)));
    }
    // A pool waits for connections in use, and a database that is away may hold them for long.
    Patience.await(
        List.of(CompletableFuture.runAsync(this::closeStore, Gateway::aside)),
        deadline.atMost(Duration.ofSeconds(1)));
    loops.close(deadline.atMost(Duration.ofSeconds(2)));
  }

  private void closeStore() {
    roster.close();
    sources.close();
    database.close();
    redis.ifPresent(Redis::close); // nothing is lost with it, so it is the last
  }

  private static void aside(Runnable work) {
    Thread.ofPlatform().daemon().name("muster-closing").start(work);
  }
}
