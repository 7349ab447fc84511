package io.muster.http.api;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import io.muster.actors.CommandHistory;
import io.muster.actors.CommandId;
import io.muster.actors.DeviceId;
import io.muster.actors.Pairings;
import io.muster.actors.Roster;
import io.muster.actors.Telemetry;
import io.muster.actors.Traces;
import io.muster.actors.content.PushedContents;
import io.muster.actors.device.Devices;
import io.muster.actors.screen.OwnFiles;
import io.muster.actors.session.Revocations;
import io.muster.actors.telemetry.Statistics;
import io.muster.http.auth.Authenticator;
import io.muster.http.auth.TokenMint;
import io.muster.http.room.Bouncer;
import io.muster.http.room.RoomLaw;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.ExceptionHandler;
import org.apache.pekko.http.javadsl.server.MethodRejection;
import org.apache.pekko.http.javadsl.server.Rejection;
import org.apache.pekko.http.javadsl.server.RejectionHandler;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole URL space on one screen. */
public final class Routes extends Directives {

  /**
   * What the routes speak to.
   *
   * @param isHosted whether the entities of a feature are kept here
   * @param isRegisteredElsewhere the rows of a CMS say which devices there are
   */
  public record House(
      Devices devices,
      Roster roster,
      CommandHistory history,
      Statistics statistics,
      Pairings pairings,
      boolean isRegisteredElsewhere,
      Optional<PushedContents> pushed,
      Telemetry telemetry,
      Traces traces,
      TokenMint mint,
      Access access,
      Authenticator authenticator,
      ScreenshotRoutes.Shelf shelf,
      OpsRoutes.Health health,
      Alerts alerts,
      Supplier<String> scrape,
      Predicate<OpsRoutes.Visitor> mayScrape,
      Revocations revocations,
      Clock clock,
      ClusterRoutes.House cluster,
      RoomRoutes.House rooms,
      RoomLaw law,
      Predicate<String> isHosted,
      WebSocketRoutes.House sockets,
      BackEndRoutes.House backEnd,
      BackEndHealth.House backEndHealth) {}

  private static final Logger log = LoggerFactory.getLogger(Routes.class);

  private final Witness witness;
  private final DeviceRoutes devices;
  private final CommandRoutes commands;
  private final ContentRoutes content;
  private final BatchRoutes batch;
  private final PairingRoutes pairing;
  private final TokenCheckRoute tokenCheck;
  private final TelemetryRoutes reported;
  private final AlertRoutes alerts;
  private final ScreenshotRoutes screenshots;
  private final OpsRoutes ops;
  private final BackEndRoutes backEnd;
  private final BackEndHealth backEndHealth;
  private final SessionRoutes sessions;
  private final ClusterRoutes cluster;
  private final RoomRoutes rooms;
  private final FeatureRoutes features;
  private final WebSocketRoutes sockets;
  private final WebRoutes web = new WebRoutes();

  public Routes(House house) {
    witness = new Witness(house.telemetry(), house.traces());
    var tokens = new DeviceTokens(house.devices(), house.mint(), house.isRegisteredElsewhere());
    devices = new DeviceRoutes(house.devices(), house.roster(), tokens, house.access());
    commands =
        new CommandRoutes(house.devices(), house.history(), house.telemetry(), house.access());
    content =
        new ContentRoutes(
            house.devices(),
            house.pushed(),
            house.backEnd().tenants(),
            house.authenticator(),
            house.access(),
            house.clock());
    batch = new BatchRoutes(house.devices(), house.roster(), house.telemetry(), house.access());
    pairing =
        new PairingRoutes(house.devices(), house.pairings(), tokens, house.access(), house.clock());
    tokenCheck =
        new TokenCheckRoute(house.devices(), house.backEnd().tenants(), house.authenticator());
    reported =
        new TelemetryRoutes(house.devices(), house.statistics(), house.access(), house.clock());
    alerts = new AlertRoutes(house.alerts(), house.access(), house.clock());
    sessions =
        new SessionRoutes(
            house.revocations(), house.access(), house.backEnd().key(), house.clock());
    cluster = new ClusterRoutes(house.cluster(), house.access(), house.backEnd().key());
    var callers =
        new RoomCallers(
            new Bouncer(house.authenticator(), house.revocations()),
            house.law(),
            house.backEnd().key(),
            house.clock());
    rooms = new RoomRoutes(house.rooms(), callers, house.clock());
    features = new FeatureRoutes(house.rooms().rooms(), house.isHosted(), callers, house.clock());
    sockets = new WebSocketRoutes(house.sockets(), house.access(), house.clock());
    screenshots =
        new ScreenshotRoutes(
            house.devices(), house.shelf(), house.telemetry(), house.access(), house.clock());
    ops = new OpsRoutes(house.health(), house.scrape(), house.mayScrape());
    backEnd =
        new BackEndRoutes(
            house.backEnd(),
            house.isRegisteredElsewhere(),
            house.devices(),
            house.history(),
            house.telemetry(),
            house.clock());
    backEndHealth = new BackEndHealth(house.health(), house.backEndHealth(), ops);
  }

  // formatter:off
  public Route all() {
    return concat(
        pathPrefix("api", () -> pathPrefix("v1", () -> concat(
            path("commands", batch::all),
            pathPrefix("statistics", () -> path("daily", reported::daily)),
            alerts.all(),
            pathPrefix("sessions", () -> path("revoke", sessions::revoke)),
            pathPrefix("cluster", () -> concat(
                pathEndOrSingleSlash(cluster::overview),
                pathPrefix("nodes", () -> pathPrefix(segment(), node -> path("drain", () -> cluster.drain(node)))))),
            pathPrefix("rooms", () -> pathPrefix(segment(), room -> concat(
                path("events", () -> rooms.events(room)),
                path("state", () -> rooms.state(room)),
                path("snapshot", () -> rooms.snapshot(room))))),
            pathPrefix("records", () -> pathPrefix(segment(), id -> path("snapshot", () -> rooms.snapshot("records:" + id)))),
            pathPrefix("features", () -> pathPrefix(segment(), f -> pathPrefix("entities", () -> pathPrefix(segment(), e -> concat(
                pathEndOrSingleSlash(() -> features.all(f, e)),
                path(segment(), id -> features.one(f, e, id))))))),
            pathPrefix("devices", () -> concat(
                pathEndOrSingleSlash(devices::all),
                pathPrefix("pairing", pairing::all),
                pathPrefix("auth", () -> path("check", tokenCheck::check)),
                pathPrefix("me", () -> path("content", content::mine)),
                pathPrefix(segment(), name -> device(name, id -> concat(
                    path("content", () -> content.of(id)),
                    pathPrefix("commands", () -> concat(
                        pathEndOrSingleSlash(() -> commands.of(id)),
                        path(segment(), cid -> command(cid, c -> commands.one(id, c))))),
                    path("errors", () -> reported.errors(id)),
                    path("screenshots", () -> screenshots.of(id)),
                    devices.one(id))))))))),
        pathPrefix("api", () -> concat(backEnd.all(), backEndHealth.all(), pathPrefix("websocket", sockets::all))),
        pathPrefix(OwnFiles.PATH, screenshots::files),
        path("events", rooms::ofSession),
        pathPrefix("health", ops::health),
        path("metrics", ops::metrics),
        web.documents(),
        web.files());
  }
  // formatter:on

  private Route device(String name, Function<DeviceId, Route> inner) {
    return named(() -> new DeviceId(name), inner);
  }

  private Route command(String name, Function<CommandId, Route> inner) {
    return named(() -> new CommandId(name), inner);
  }

  /**
   * Every answer there can be, the unknown path and the wrong method included, is a problem
   * document or a result.
   */
  public Route sealed() {
    var rejections =
        RejectionHandler.newBuilder()
            .handleAll(MethodRejection.class, rejected -> complete(notAllowed(rejected)))
            .handleAll(
                Rejection.class,
                rejected -> {
                  log.debug("A request was rejected: {}", rejected);
                  return complete(Problem.badRequest("it fits nothing here").response());
                })
            .handleNotFound(complete(Problem.NOT_FOUND.response()))
            .build();
    var exceptions =
        ExceptionHandler.newBuilder()
            .matchAny(failure -> complete(Answers.failure(failure)))
            .build();
    return witness.of(all().seal(rejections, exceptions));
  }

  private static HttpResponse notAllowed(List<MethodRejection> rejected) {
    var known = rejected.stream().map(r -> r.supported().name()).distinct().sorted();
    return Problem.METHOD_NOT_ALLOWED
        .response()
        .addHeader(RawHeader.create("Allow", known.collect(Collectors.joining(", "))));
  }
}
