package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.OrgId;
import io.muster.actors.SuspendedOrganizations;
import io.muster.support.OneGateway;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class SuspendedOrganizationsContract {
  private final OrgId org = new OrgId(OneGateway.fresh("Org_"));
  private SuspendedOrganizations table;

  abstract Ports ports();

  @BeforeEach
  void open() {
    table = ports().suspendedOrganizations();
  }

  private boolean isSuspended() {
    return await(table.all()).contains(org);
  }

  @Test
  void an_organisation_is_suspended_until_it_is_resumed() {
    assertFalse(isSuspended());
    await(table.suspend(org));
    assertTrue(isSuspended());
    await(table.resume(org));
    assertFalse(isSuspended());
  }

  @Test
  void twice_is_as_once_however_many_ask() {
    var asked = Stream.generate(() -> table.suspend(org)).limit(4).toList();
    asked.forEach(stage -> await(stage));
    assertTrue(isSuspended());
    await(table.resume(org));
    await(table.resume(org));
    assertFalse(isSuspended());
  }
}
