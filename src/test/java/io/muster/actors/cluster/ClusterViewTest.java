package io.muster.actors.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.HostPort;
import io.muster.actors.NodeId;
import io.muster.actors.cluster.ClusterView.Member;
import io.muster.actors.cluster.Membership.NodeSeen;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.Address;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ClusterViewTest {
  private static final Member NORTH = member("10.0.0.7:4711");
  private static final Member SOUTH = member("10.0.0.8:4711");
  private final ClusterView view = new ClusterView("10.0.0.7:4711", List.of(NORTH, SOUTH));

  private static Member member(String address) {
    return new Member(
        new NodeSeen(new NodeId("muster@" + address + "#1"), address, "up", true),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void an_address_is_written_as_people_type_it() {
    assertEquals("10.0.0.8:4711", HostPort.of(new Address("pekko", "muster", "10.0.0.8", 4711)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.8:4711", "muster@10.0.0.8:4711"})
  void a_member_is_found_by_its_address_as_this_release_or_a_former_one_tells_it(String address) {
    assertEquals(Optional.of(SOUTH), view.member(address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.9:4711", "10.0.0.8", "0.0.8:4711"})
  void nobody_is_found_by_what_is_no_address_of_theirs(String address) {
    assertEquals(Optional.empty(), view.member(address));
  }
}
