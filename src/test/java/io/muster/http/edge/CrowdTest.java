package io.muster.http.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CrowdTest {
  private final Crowd crowd = new Crowd(4, 2, TrustedProxies.of(List.of("10.0.0.0/8")));

  private static EmbeddedChannel from(String address) {
    return new EmbeddedChannel() {
      @Override
      protected SocketAddress remoteAddress0() {
        return new InetSocketAddress(address, 1);
      }
    };
  }

  private boolean admits(String address) {
    return crowd.admits(from(address));
  }

  @Test
  void one_address_has_its_share() {
    assertTrue(admits("203.0.113.1"));
    assertTrue(admits("203.0.113.1"));
    assertFalse(admits("203.0.113.1"));
    assertTrue(admits("203.0.113.2"));
    assertEquals(3, crowd.total());
  }

  @Test
  void all_of_one_network_of_version_6_are_one() {
    assertTrue(admits("2001:db8::1"));
    assertTrue(admits("2001:db8::2"));
    assertFalse(admits("2001:db8::3"));
    assertTrue(admits("2001:db8:0:1::1"));
  }

  @Test
  void this_machine_and_trusted_proxies_are_bounded_by_the_total_only() {
    for (String address : List.of("127.0.0.1", "127.0.0.1", "127.0.0.1", "10.1.2.3")) {
      assertTrue(admits(address));
    }
    assertFalse(admits("127.0.0.1"));
    assertFalse(admits("10.1.2.3"));
  }

  @Test
  void who_leaves_makes_room() {
    var one = from("203.0.113.1");
    assertTrue(crowd.admits(one));
    assertTrue(admits("203.0.113.1"));
    one.close();
    assertTrue(admits("203.0.113.1"));
    assertFalse(admits("203.0.113.1"));
  }
}
