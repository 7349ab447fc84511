package io.muster.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OrgLabelTest {
  private static final Set<Class<?>> WITHOUT_IDENTITY =
      Set.of(Duration.class, Load.class, OrgLabel.class, int.class);

  private final OrgLabel.Cap cap = new OrgLabel.Cap(2);

  private String label(String org) {
    return cap.of(new OrgId(org)).toString();
  }

  @Test
  void the_first_organisations_have_labels_of_their_own_and_keep_them() {
    assertEquals("one", label("one"));
    assertEquals("two", label("two"));
    label("three");
    assertEquals("one", label("one"));
  }

  @Test
  void all_others_share_sixteen() {
    label("one");
    label("two");
    var labels = new HashSet<String>();
    for (int i = 0; i < 1_000; i++) {
      labels.add(label("org-" + i));
    }
    assertEquals(OrgLabel.BUCKETS, labels.size());
    assertTrue(labels.stream().allMatch(word -> word.matches("other-([0-9]|1[0-5])")));
  }

  @Test
  void one_that_shares_has_the_same_label_on_every_node() {
    assertEquals(
        new OrgLabel.Cap(0).of(new OrgId("late")).toString(),
        new OrgLabel.Cap(0).of(new OrgId("late")).toString());
  }

  @Test
  void nothing_that_is_counted_can_name_a_device_a_room_a_connection_or_a_user() {
    for (Method method : Telemetry.class.getDeclaredMethods()) {
      assertTrue(
          Arrays.stream(method.getParameterTypes())
              .allMatch(type -> type.isEnum() || WITHOUT_IDENTITY.contains(type)),
          method::toString);
    }
  }
}
