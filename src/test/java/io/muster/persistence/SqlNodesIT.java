package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.support.Store;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The roll of the nodes that share a PostgreSQL. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SqlNodesIT {
  private static final String NORTH = "10.0.0.7:4711";
  private static final String SOUTH = "10.0.0.8:4711";
  private static final String WEST = "10.0.0.9:4711";
  private static final String OF_A_FORMER_RELEASE = "muster@";

  private Store store;
  private SqlNodes nodes;

  @BeforeEach
  void begin() {
    store = Store.postgres();
    nodes = new SqlNodes(store.database());
  }

  @AfterEach
  void end() {
    store.close();
  }

  private void areHere(String... addresses) {
    for (String address : addresses) {
      await(nodes.isHere(address));
    }
  }

  private void assertOthers(String... addresses) {
    assertEquals(List.of(addresses), await(nodes.others(NORTH)));
  }

  @Test
  void tells_a_node_of_the_others_in_the_order_of_their_addresses() {
    areHere(WEST, NORTH, SOUTH, WEST);
    assertOthers(SOUTH, WEST);
  }

  @Test
  void forgets_one_that_has_left() {
    areHere(NORTH, SOUTH, WEST);
    await(nodes.isGone(SOUTH));
    assertOthers(WEST);
  }

  @Test
  void tells_of_nodes_of_a_former_release_as_of_any() {
    areHere(WEST, OF_A_FORMER_RELEASE + SOUTH);
    assertOthers(SOUTH, WEST);
  }

  /** It would ask itself, and found a cluster. */
  @Test
  void does_not_take_the_former_release_of_a_node_for_another_node() {
    areHere(OF_A_FORMER_RELEASE + NORTH, OF_A_FORMER_RELEASE + SOUTH, SOUTH);
    assertOthers(SOUTH);
  }
}
