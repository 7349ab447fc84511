package io.muster.actors.notify;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.notify.GraceRule.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GraceRulebookTest {
  private static final OrgId ACME = new OrgId("acme");

  private final ActorTestKit kit =
      ActorTestKit.create(ConfigFactory.parseString("pekko.loglevel = OFF"));
  private final Reads store = new Reads();

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  /** Reads that end when a test says so. */
  private static final class Reads implements GraceRuleStore {
    final List<CompletableFuture<List<GraceRule>>> reads = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<List<GraceRule>> all() {
      var read = new CompletableFuture<List<GraceRule>>();
      reads.add(read);
      return read;
    }

    @Override
    public CompletionStage<List<GraceRule>> of(OrgId org) {
      throw new AssertionError();
    }

    @Override
    public CompletionStage<Void> put(GraceRule rule) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Boolean> remove(OrgId org, Scope scope, String subject) {
      throw new AssertionError();
    }
  }

  private GraceRulebook book() {
    var book = GraceRulebook.start(kit.system(), store, Duration.ofMinutes(5));
    eventually("first read", () -> store.reads.size() == 1);
    return book;
  }

  private static Duration grace(GraceRulebook book) {
    return book.graceOf(new DeviceId("tv-1"), ACME, new TreeSet<>());
  }

  @Test
  void a_change_is_read() {
    var book = book();
    book.put(rule(60));
    eventually("read again", () -> store.reads.size() == 2);
    store.reads.get(1).complete(List.of(rule(60)));
    eventually("known", () -> grace(book).equals(Duration.ofSeconds(60)));
  }

  @Test
  void what_was_read_before_a_change_does_not_take_the_place_of_what_was_read_after() {
    var book = book();
    book.put(rule(60));
    eventually("read again", () -> store.reads.size() == 2);
    store.reads.get(1).complete(List.of(rule(60)));
    eventually("known", () -> grace(book).equals(Duration.ofSeconds(60)));
    store.reads.get(0).complete(List.of(rule(120)));
    // The answer to a third question comes after that of the first, whatever became of it.
    book.put(rule(60));
    eventually("read once more", () -> store.reads.size() == 3);
    assertEquals(Duration.ofSeconds(60), grace(book));
  }

  private static GraceRule rule(int seconds) {
    return new GraceRule(
        ACME, Scope.ORGANIZATION, "", Optional.of(Duration.ofSeconds(seconds)), false);
  }
}
