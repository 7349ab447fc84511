package io.muster.http.api;

import static io.muster.support.Eventually.await;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.Refusal;
import io.muster.actors.content.PushedContents;
import io.muster.actors.dashboard.Feed;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.device.Answer;
import io.muster.actors.device.Answer.ContentOutcome;
import io.muster.actors.device.DeviceCommand;
import io.muster.actors.device.DeviceCommand.Identify;
import io.muster.actors.device.DeviceCommand.RevokeTokens;
import io.muster.actors.device.DeviceCommand.ShowContent;
import io.muster.actors.device.StubDevices;
import io.muster.actors.tenant.TenantBoard;
import io.muster.http.Json;
import io.muster.http.auth.Secret;
import io.muster.support.MemoryHistory;
import io.muster.support.MemorySuspendedOrganizations;
import io.muster.support.MemoryTelemetry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a back end is answered, whatever a device and the store of contents do. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BackEndAnswersTest {
  private static final String KEY = "0123456789012345678901234567890123456789";
  private static final OrgId ACME = new OrgId("acme");
  private static final String BODY =
      "{\"deviceId\":\"tv-1\",\"playlist\":{\"id\":\"p-1\",\"items\":[]}}";
  private static final Duration PATIENCE = Duration.ofMillis(400);
  private static ActorSystem<?> system;

  private final List<String> deeds = new CopyOnWriteArrayList<>();
  private ServiceKey key = new ServiceKey(Optional.of(Secret.of(KEY)));

  @BeforeAll
  static void open() {
    var config =
        ConfigFactory.parseString("pekko.loglevel = OFF, pekko.stdout-loglevel = OFF")
            .withFallback(ConfigFactory.defaultReference());
    system = ActorSystem.create(Behaviors.empty(), "back-end", config);
  }

  @AfterAll
  static void close() {
    system.terminate();
    await(system.getWhenTerminated());
  }

  /** A store of contents that does one thing. */
  private final class Contents implements PushedContents {
    private final CompletionStage<Void> put;

    Contents(CompletionStage<Void> put) {
      this.put = put;
    }

    @Override
    public CompletionStage<Void> put(DeviceId id, OrgId org, JsonNode playlist) {
      deeds.add("kept %s of %s for %s".formatted(playlist.get("id").asText(), org, id));
      return put;
    }

    @Override
    public CompletionStage<Void> remove(DeviceId id, OrgId org) {
      throw new UnsupportedOperationException();
    }
  }

  private static final Feed NOBODY =
      new Feed() {
        @Override
        public void publish(OrgId org, ToDashboard news) {}

        @Override
        public boolean isWatched(OrgId org) {
          return false;
        }
      };

  private static DeviceView view(DeviceId id) {
    return new DeviceView(
        id,
        ACME,
        "TV",
        new TreeSet<>(),
        Presence.ONLINE,
        Instant.EPOCH,
        false,
        false,
        1,
        1,
        DeviceView.Hints.NONE);
  }

  private HttpResponse push(
      Optional<PushedContents> contents, Function<ShowContent, Optional<Answer>> device) {
    return push(
        contents,
        (id, command) -> {
          switch (command) {
            case Identify c -> c.replyTo().tell(new Answer.Described(view(id)));
            case ShowContent c -> {
              deeds.add("shown by " + id);
              device.apply(c).ifPresent(c.replyTo()::tell);
            }
            default -> throw new IllegalStateException(command.toString());
          }
        });
  }

  private HttpResponse push(
      Optional<PushedContents> contents, BiConsumer<DeviceId, DeviceCommand> device) {
    return ask("/push/playlist", BODY, contents, device);
  }

  private HttpResponse ask(
      String path,
      String body,
      Optional<PushedContents> contents,
      BiConsumer<DeviceId, DeviceCommand> device) {
    var clock = Clock.systemUTC();
    var house =
        new BackEndRoutes.House(
            key,
            new BackEndPatience(PATIENCE, PATIENCE, PATIENCE),
            contents,
            NOBODY,
            new TenantBoard(new MemorySuspendedOrganizations()));
    var routes =
        new BackEndRoutes(
            house,
            false,
            StubDevices.doing(system, clock, device),
            new MemoryHistory(),
            new MemoryTelemetry(),
            clock);
    try {
      return await(
          routes
              .all()
              .seal()
              .function(system)
              .apply(
                  HttpRequest.POST(path)
                      .addHeader(RawHeader.create("x-internal-api-key", KEY))
                      .withEntity(ContentTypes.APPLICATION_JSON, body)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private Optional<PushedContents> kept() {
    return Optional.of(new Contents(CompletableFuture.completedFuture(null)));
  }

  private static Optional<Answer> shown(ContentOutcome outcome) {
    return Optional.of(new Answer.Shown(outcome));
  }

  private static JsonNode json(HttpResponse answer) {
    return Json.parse(((HttpEntity.Strict) answer.entity()).getData().utf8String());
  }

  private static void failed(String reason, HttpResponse answer) {
    assertEquals(201, answer.status().intValue());
    assertEquals(
        Json.object().put("success", false).put("message", "Playlist delivery failed: " + reason),
        json(answer));
  }

  @Nested
  class Told_by_its_device {
    @ParameterizedTest
    @CsvSource({
      "NO_SOCKETS,   no_sockets",
      "ACK_TIMEOUT,  ack_timeout",
      "NEGATIVE_ACK, negative_ack"
    })
    void that_it_is_not_there_is_a_failed_delivery_and_no_fault(
        ContentOutcome outcome, String reason) {
      failed(reason, push(kept(), _ -> shown(outcome)));
    }

    @ParameterizedTest
    @EnumSource(
        value = ContentOutcome.class,
        names = {"DELIVERED", "UNCONFIRMED", "NOTHING"})
    void that_it_is_there_is_a_success(ContentOutcome outcome) {
      var answer = push(kept(), _ -> shown(outcome));
      assertEquals(201, answer.status().intValue());
      assertTrue(json(answer).get("success").asBoolean());
      assertTrue(json(answer).get("message").isTextual());
    }

    @Test
    void whose_device_is_unknown_reaches_nobody() {
      var answer =
          push(
              kept(),
              (_, command) -> {
                if (command instanceof Identify c) {
                  c.replyTo().tell(new Answer.No(Refusal.DEVICE_NOT_FOUND));
                }
              });
      failed("no_sockets", answer);
      assertEquals(List.of(), deeds);
    }
  }

  @Test
  void rule_59_where_no_key_is_set_nobody_comes_in_and_is_told_why() {
    key = new ServiceKey(Optional.empty());
    var answer = push(kept(), _ -> shown(ContentOutcome.DELIVERED));
    assertEquals(401, answer.status().intValue());
    assertEquals("INTERNAL_API_SECRET is not set here", json(answer).get("message").asText());
    assertEquals(List.of(), deeds);
  }

  @Nested
  class Kept {
    @Test
    void is_kept_before_it_is_shown() {
      push(kept(), _ -> shown(ContentOutcome.DELIVERED));
      assertEquals(List.of("kept p-1 of acme for tv-1", "shown by tv-1"), deeds);
    }

    @Test
    void nowhere_where_a_CMS_has_the_content() {
      push(Optional.empty(), _ -> shown(ContentOutcome.DELIVERED));
      assertEquals(List.of("shown by tv-1"), deeds);
    }

    @Test
    void that_is_no_playlist_is_a_bad_request() {
      var bad = CompletableFuture.<Void>failedFuture(new IllegalArgumentException("no items"));
      var answer = push(Optional.of(new Contents(bad)), _ -> shown(ContentOutcome.DELIVERED));
      assertEquals(400, answer.status().intValue());
      assertEquals("no items", json(answer).at("/message/0").asText());
    }

    @Test
    void by_a_store_that_is_away_is_a_failed_delivery_and_not_shown() {
      var away = CompletableFuture.<Void>failedFuture(new ReadModelUnavailable("away"));
      failed(
          "read_model_unavailable",
          push(Optional.of(new Contents(away)), _ -> shown(ContentOutcome.DELIVERED)));
      assertEquals(1, deeds.size());
    }
  }

  @Nested
  class A_revocation {
    private HttpResponse answeredBy(Answer identified, Answer revoked) {
      return ask(
          "/internal/device-revoked",
          "{\"deviceId\":\"tv-1\",\"reason\":\"blocked\"}",
          Optional.empty(),
          (_, command) -> {
            switch (command) {
              case Identify c -> c.replyTo().tell(identified);
              case RevokeTokens c -> c.replyTo().tell(revoked);
              default -> throw new IllegalStateException(command.toString());
            }
          });
    }

    private static Answer known() {
      return new Answer.Described(view(new DeviceId("tv-1")));
    }

    private static boolean isHarmless(Refusal why) {
      return why == Refusal.DEVICE_NOT_FOUND || why == Refusal.DEVICE_RETIRED;
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void that_is_refused_is_a_success_only_where_nobody_is_let_in(Refusal why) {
      int status = isHarmless(why) ? 201 : 503;
      var no = new Answer.No(why);
      assertEquals(status, answeredBy(known(), no).status().intValue());
      assertEquals(status, answeredBy(no, no).status().intValue());
    }

    @Test
    void that_is_not_done_is_said_in_the_form_of_the_back_end() {
      var no = new Answer.No(Refusal.READ_MODEL_UNAVAILABLE);
      var answer = json(answeredBy(no, no));
      assertEquals("Service Unavailable", answer.get("error").asText());
      assertEquals(503, answer.get("statusCode").asInt());
    }
  }

  @Nested
  class Answered_before_the_caller_gives_up {
    @Test
    void rule_43_when_a_device_says_nothing() {
      failed("ack_timeout", push(kept(), _ -> Optional.empty()));
    }

    @Test
    void rule_43_when_nobody_says_whose_it_is() {
      failed("journal_unavailable", push(kept(), (_, _) -> {}));
    }

    @Test
    void rule_43_when_the_store_hangs_and_what_was_begun_goes_on() {
      var slow = new CompletableFuture<Void>();
      failed("ack_timeout", push(Optional.of(new Contents(slow)), _ -> Optional.empty()));
      slow.complete(null);
      eventually("shown all the same", () -> deeds.contains("shown by tv-1"));
    }

    @Test
    void the_device_is_told_until_when() {
      var began = Instant.now();
      push(
          kept(),
          c -> {
            deeds.add(
                c.answerBy().isAfter(began.plus(PATIENCE.multipliedBy(2))) ? "late" : "in time");
            return shown(ContentOutcome.DELIVERED);
          });
      assertTrue(deeds.contains("in time"), deeds::toString);
    }
  }
}
