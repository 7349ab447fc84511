package io.muster.actors;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.CommandView.Step;
import io.muster.actors.DeviceView.Hints;
import io.muster.actors.LastSeen.Seen;
import io.muster.actors.cluster.NodeCard;
import io.muster.actors.cluster.ToNode;
import io.muster.actors.content.Desired;
import io.muster.actors.content.PlaylistJson;
import io.muster.actors.dashboard.Relay.News;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.device.Answer;
import io.muster.actors.device.AwayReason;
import io.muster.actors.device.DeviceCommand;
import io.muster.actors.device.DeviceCommand.Link;
import io.muster.actors.device.DeviceCommand.Proof;
import io.muster.actors.device.DeviceCommand.Reaction;
import io.muster.actors.device.DeviceCommand.Wish;
import io.muster.actors.device.Order;
import io.muster.actors.device.Outcome;
import io.muster.actors.device.ToSession;
import io.muster.actors.device.UrgentDevices;
import io.muster.actors.notify.GraceRulebook;
import io.muster.actors.room.Audience;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Held;
import io.muster.actors.room.Member;
import io.muster.actors.room.Mutation;
import io.muster.actors.room.Priority;
import io.muster.actors.room.Publication;
import io.muster.actors.room.RoomCommand;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.session.Revocation;
import io.muster.actors.tenant.TenantChange;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What crosses from node to node arrives as it was, by the serializer that nodes use. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class WireTest {
  // Ends with the process: what is sampled here is also held against files.
  private static final ActorTestKit KIT =
      ActorTestKit.create(
          ConfigFactory.parseString("pekko.actor.provider = local, pekko.daemonic = on")
              .withFallback(ConfigFactory.load()));

  static final Serialization SERIALIZATION =
      SerializationExtension.get(Adapter.toClassic(KIT.system()));
  private static final long FRAME =
      KIT.system().settings().config().getBytes("pekko.remote.artery.advanced.maximum-frame-size");

  /** For what is around a message: the names of actors, and of its class. */
  private static final int ROOM = 8 * 1024;

  private static final Instant AT = Instant.parse("2026-03-01T08:30:00.123456789Z");
  private static final OrgId ACME = new OrgId("acme");
  private static final NodeId NODE = new NodeId("10.0.0.7:4711#42");
  private static final CommandId COMMAND = new CommandId("c-1");

  @ParameterizedTest
  @MethodSource("samples")
  void arrives_as_it_was(Wire sample) {
    assertEquals(sample, KIT.serializationTestKit().verifySerialization(sample, true));
  }

  /** Whoever adds a message adds a sample of it below. */
  @Test
  void there_is_a_sample_of_every_message() throws Exception {
    var sampled = samples().map(Object::getClass).map(Class::getName);
    assertEquals(messages(), sampled.collect(toCollection(TreeSet::new)));
  }

  /** All that are compiled, wherever they are. */
  private static SortedSet<String> messages() throws Exception {
    var classes = Path.of(Wire.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    var messages = new TreeSet<String>();
    try (var files = Files.walk(classes.resolve("io/muster"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        var name = classes.relativize(file).toString().replaceFirst("\\.class$", "");
        var type = Class.forName(name.replace('/', '.'), false, Wire.class.getClassLoader());
        if (Wire.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
          messages.add(type.getName());
        }
      }
    }
    return messages;
  }

  @Test
  void the_longest_playlist_fits_into_a_frame_however_badly_it_packs() {
    var longest =
        new Random(7)
            .ints(PlaylistJson.BYTES_MAX, ' ', '~' + 1)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    var shown = new ToSession.Show(new Desired("p-1", "schedule", "v-1", longest));
    int bytes = SERIALIZATION.serialize(shown).get().length;
    assertTrue(bytes + ROOM < FRAME, () -> bytes + " bytes of " + FRAME);
    assertTrue(PlaylistJson.BYTES_MAX + ROOM < FRAME);
    assertEquals(shown, KIT.serializationTestKit().verifySerialization(shown, true));
  }

  @Test
  void what_is_long_is_packed() {
    var shown = new ToSession.Show(new Desired("p-1", "schedule", "v-1", "[{}]".repeat(10_000)));
    assertTrue(SERIALIZATION.serialize(shown).get().length < 4_000);
  }

  static Stream<Wire> samples() {
    return Stream.of(
            views(), commands(), requests(), answers(), sessions(), news(), rooms(), others())
        .flatMap(List::stream);
  }

  private static List<Wire> views() {
    return List.of(device(), command(), content(), link());
  }

  private static List<Wire> commands() {
    ActorRef<Answer> asker = ref();
    return List.of(
        new DeviceCommand.Connect(ACME, link(), AT),
        new DeviceCommand.Heartbeat(link(), 7, Optional.of("")),
        new DeviceCommand.SessionEnded(7, AwayReason.DRAINED, Optional.of(asker)),
        new DeviceCommand.Acknowledge(
            COMMAND, new Reaction(Outcome.FAILED, Optional.of("no disk")), 7),
        new DeviceCommand.ContentReaction(7, "p-1", "v-1", Reaction.DONE),
        new DeviceCommand.Identify(asker),
        new DeviceCommand.TenantResumed(),
        new DeviceCommand.Wake());
  }

  private static List<Wire> requests() {
    ActorRef<Answer> asker = ref();
    return List.of(
        new DeviceCommand.Register(ACME, Optional.of("Küche"), tags(), "ada", asker),
        new DeviceCommand.Amend(
            ACME, Optional.empty(), Optional.of(tags()), Optional.of(true), "ada", asker),
        new DeviceCommand.IssueToken(ACME, "hash", AT, "ada", asker),
        new DeviceCommand.RevokeTokens(ACME, "stolen", "ada", asker),
        new DeviceCommand.CheckToken(ACME, proof(), asker),
        new DeviceCommand.Retire(ACME, "ada", asker),
        new DeviceCommand.Describe(ACME, asker),
        new DeviceCommand.Enqueue(
            ACME,
            new Wish(
                Optional.of(COMMAND),
                "reload",
                Optional.of("{\"a\":1}"),
                Optional.empty(),
                60,
                "ada",
                Optional.of("key"),
                Optional.empty(),
                AT),
            asker),
        new DeviceCommand.ShowContent(ACME, AT, asker),
        new DeviceCommand.DescribeContent(ACME, asker),
        new DeviceCommand.DescribeCommand(ACME, COMMAND, asker),
        new DeviceCommand.ListPending(ACME, asker),
        new DeviceCommand.AwaitSettled(ACME, COMMAND, asker),
        new DeviceCommand.Cancel(ACME, COMMAND, "ada", asker));
  }

  private static List<Wire> answers() {
    return List.of(
        new Answer.Described(device()),
        new Answer.Created(device()),
        new Answer.Done(),
        new Answer.Accepted(command()),
        new Answer.AcceptedBefore(COMMAND),
        new Answer.Command(command()),
        new Answer.Pending(List.of(command())),
        new Answer.Shown(Answer.ContentOutcome.NEGATIVE_ACK),
        new Answer.ContentIs(Optional.of(content())),
        new Answer.No(Refusal.TOO_MANY_PENDING));
  }

  private static List<Wire> sessions() {
    ActorRef<DeviceCommand> device = ref();
    return List.of(
        new ToSession.Welcome(7, device, Optional.of("{}")),
        new ToSession.Found(device),
        new ToSession.Heard(9, true),
        new ToSession.Show(content()),
        new ToSession.Renew("token"),
        new ToSession.Deliver(
            new Order(COMMAND, "reload", Optional.of("{}"), Optional.of("key"), "ada", AT, AT)),
        new ToSession.Goodbye(ToSession.Reason.REVOKED, Optional.of("retired")));
  }

  /** Alone, and as the field that says no more of itself than that it is news. */
  private static List<Wire> news() {
    var samples =
        List.of(
            new Seen(new DeviceId("tv-1"), ACME, hints()),
            new Seen(new DeviceId("tv-2"), ACME, Hints.NONE));
    List<ToDashboard> all =
        List.of(
            new ToDashboard.DeviceChanged(device()),
            new ToDashboard.DeviceMissing(device()),
            new ToDashboard.Sampled(samples),
            new ToDashboard.CommandMoved(command()),
            new ToDashboard.Told("notification:new", "{}", Optional.of("ada")));
    return all.stream()
        .<Wire>mapMulti(
            (one, into) -> {
              into.accept(one);
              into.accept(new News(ACME, one));
            })
        .toList();
  }

  private static List<Wire> rooms() {
    var head = new EventId("k3x", 7);
    return List.of(
        new RoomCommand.Publish(
            new Publication(
                "vote:rejected",
                "{\"why\":\"zu spät\"}",
                Priority.HIGH,
                new Audience(List.of("presenter"), List.of("anna"), List.of("ben")),
                Optional.of("op-1"),
                OptionalLong.empty(),
                "service",
                Optional.of("key-1")),
            AT,
            ref()),
        new RoomCommand.Mutate(
            new Mutation(
                "op-1",
                "user",
                Mutation.Kind.UPDATE,
                Optional.of("u1"),
                "{\"name\":\"Änne\"}",
                OptionalLong.of(3),
                Mutation.Policy.FIELD_MERGE,
                "ben"),
            AT,
            ref()),
        new RoomCommand.Keep(AT, ref()),
        new RoomCommand.Look(Optional.of("user"), ref()),
        new RoomCommand.Attach(ref()),
        new RoomCommand.Detach(ref()),
        new RoomCommand.Came(member(), ref()),
        new RoomCommand.Went("c-1"),
        new RoomCommand.Who(ref()),
        new RoomCommand.Lock("user", "u1", member(), true, AT, ref()),
        new RoomCommand.Attendees.Present(List.of(member()), 3),
        new RoomCommand.Attendees.Unavailable(),
        new RoomCommand.ToRelay.Full("c-1"),
        new RoomCommand.Read(head, 50, ref()),
        new RoomCommand.Sleep(),
        new RoomCommand.Answer.Done(head, AT),
        new RoomCommand.Answer.Changed(head, AT, "u1", 4, Optional.of("{}")),
        new RoomCommand.Answer.Conflict(held()),
        new RoomCommand.Answer.No(RoomCommand.Refusal.BUSY),
        new RoomCommand.Pass(happened(EventId.BEGINNING)),
        new RoomCommand.ToRelay.Passed(happened(EventId.BEGINNING)),
        new RoomCommand.Sight.Seen(head, List.of(held()), List.of("AAA="), Optional.of("{}")),
        new RoomCommand.Sight.Unavailable(),
        new RoomCommand.History.Events(List.of(happened(head)), head),
        new RoomCommand.History.Reset(RoomCommand.Reason.EXPIRED, EventId.BEGINNING, head),
        new RoomCommand.History.Unavailable(),
        new RoomCommand.ToRelay.Attached(ref(), head),
        new RoomCommand.ToRelay.Happened(EventId.BEGINNING, List.of(happened(head))));
  }

  private static Member member() {
    return new Member("c-1", "ädá", Optional.of("presenter"));
  }

  private static Held held() {
    return new Held("user", "u1", 4, "{\"id\":\"u1\"}", Map.of("name", 4L));
  }

  private static RoomEvent happened(EventId id) {
    return new RoomEvent(
        id,
        AT,
        "poll:closed",
        "{}",
        Priority.NORMAL,
        Audience.EVERYBODY,
        Optional.empty(),
        OptionalLong.empty(),
        "ben");
  }

  private static List<Wire> others() {
    return List.of(
        new TenantChange.Suspended(ACME, Optional.of("unpaid")),
        new TenantChange.Resumed(ACME, Optional.empty()),
        new Revocation(Revocation.Kind.PASSWORD, "ädá", Optional.of(ACME), AT, AT.plusSeconds(60)),
        new UrgentDevices.Wanted(new DeviceId("tv-1"), AT),
        new GraceRulebook.Changed(),
        new NodeCard(NODE, "k3x", "north", "1.0.0", "10.0.0.7", 3002, AT, 7, 1, true),
        new ToNode.Drain(NODE),
        new EveryNode.Post("run", 7, 31, "manifest", new byte[] {1, 2, 3}),
        new EveryNode.Beat("run", 7));
  }

  // ── what they are made of ──

  private static DeviceView device() {
    return new DeviceView(
        new DeviceId("tv-1"),
        ACME,
        "Küche",
        tags(),
        Presence.RECONNECTING,
        AT,
        true,
        false,
        7,
        42,
        hints());
  }

  private static Hints hints() {
    var showing =
        new Showing(
            Optional.of("movie"),
            Optional.empty(),
            Optional.of("playing"),
            Optional.of("cached"),
            Optional.of(""));
    return new Hints(
        Optional.of(AT),
        Optional.of("1"),
        new Load(12.5, Double.NaN, 61, 44.5, 12),
        3,
        Optional.of(showing));
  }

  private static SortedSet<String> tags() {
    return new TreeSet<>(List.of("foyer", "vienna"));
  }

  private static CommandView command() {
    var step =
        new Step(
            DeliveryState.SENT,
            AT,
            OptionalLong.of(7),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.of("back"));
    return new CommandView(
        COMMAND,
        new DeviceId("tv-1"),
        "reload",
        Optional.of("{\"a\":1}"),
        DeliveryState.SENT,
        false,
        AT,
        "ada",
        List.of(step));
  }

  private static Desired content() {
    return new Desired("p-1", "schedule", "2026-03-01T08:30:00.123Z", "{\"id\":\"p-1\"}");
  }

  private static Proof proof() {
    return new Proof("hash", AT, AT.plusSeconds(60), Optional.of("ab:cd"), true);
  }

  private static Link link() {
    return new Link(7, new NodeId("muster@127.0.0.1:1-1"), true, proof(), ref());
  }

  private static <T> ActorRef<T> ref() {
    return KIT.<T>createTestProbe().getRef();
  }
}
