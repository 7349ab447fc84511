package io.muster.http.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.NodeId;
import io.muster.actors.cluster.ClusterView;
import io.muster.actors.cluster.ClusterView.Member;
import io.muster.http.Json;
import io.muster.http.auth.Presented;
import io.muster.http.auth.Role;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The nodes, for those who run them. An admin may look; only who has the service key makes a node
 * leave, because a node is every organisation's.
 */
public final class ClusterRoutes extends Directives {
  private final House house;
  private final Access access;
  private final ServiceKey services;

  /**
   * @param shards into which all devices are dealt
   * @param drain makes a node leave, this one or another
   */
  public record House(
      Supplier<CompletionStage<ClusterView>> look, int shards, Consumer<NodeId> drain) {}

  ClusterRoutes(House house, Access access, ServiceKey services) {
    this.house = house;
    this.access = access;
    this.services = services;
  }

  Route overview() {
    return get(
        () ->
            optionalHeaderValueByName(
                Presented.INTERNAL_KEY_HEADER,
                key ->
                    key.filter(services::is).isPresent()
                        ? told()
                        : access.as(Role.ADMIN, _ -> told())));
  }

  private Route told() {
    return answer(house.look().get().thenApply(view -> Answers.json(200, json(view))));
  }

  /** It ends with its process, and its clients find another. */
  Route drain(String name) {
    return post(
        () ->
            optionalHeaderValueByName(
                Presented.INTERNAL_KEY_HEADER,
                key ->
                    key.filter(services::is).isPresent()
                        ? parameterOptional(
                            "force",
                            force -> {
                              var word = force.orElse("false");
                              Body.require(
                                  word.equals("true") || word.equals("false"),
                                  "force is true or false");
                              return drain(name, word.equals("true"));
                            })
                        : complete(
                            Problem.UNAUTHORIZED
                                .because("this needs the key of a service")
                                .response())));
  }

  private Route drain(String name, boolean force) {
    return answer(house.look().get().thenApply(view -> drain(view, name, force)));
  }

  private HttpResponse drain(ClusterView view, String name, boolean force) {
    return view.member(name)
        .map(member -> drain(view, member, force))
        .orElseGet(() -> Problem.NO_SUCH_NODE.response());
  }

  private HttpResponse drain(ClusterView view, Member member, boolean force) {
    if (!force && !view.canSpare(member)) {
      return Problem.LAST_NODE.response();
    }
    house.drain().accept(member.seen().id());
    return Answers.json(202, json(member).put("isDraining", true));
  }

  private ObjectNode json(ClusterView view) {
    var json = Json.object().put("node", view.node());
    json.putObject("shards")
        .put("total", house.shards())
        .put(
            "allocated",
            view.members().stream()
                .flatMap(member -> member.held().stream())
                .mapToInt(held -> held.shards())
                .sum());
    json.set("members", Json.array(view.members(), ClusterRoutes::json));
    return json;
  }

  private static ObjectNode json(Member member) {
    var json =
        Json.object()
            .put("name", member.name())
            .put("address", member.seen().address())
            .put("status", member.seen().status())
            .put("isReachable", member.seen().isReachable())
            .put("isDraining", member.card().map(card -> card.isLeaving()).orElse(false));
    member
        .card()
        .ifPresent(
            card ->
                json.put("version", card.version())
                    .put("url", "http://" + card.httpHost() + ":" + card.httpPort())
                    .put("startedAt", Json.instant(card.startedAt()))
                    .put("devices", card.devices())
                    .put("dashboards", card.dashboards()));
    member.held().ifPresent(held -> json.put("shards", held.shards()).put("awake", held.awake()));
    return json;
  }
}
