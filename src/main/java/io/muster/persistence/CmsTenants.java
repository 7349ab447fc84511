package io.muster.persistence;

import io.muster.actors.OrgId;
import io.muster.actors.SuspendedOrganizations;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Suspended organisations by the rows of a CMS; all who ask at once share one query. Only read: who
 * tells of a change has written it there before.
 */
public final class CmsTenants implements SuspendedOrganizations {
  private static final Logger log = LoggerFactory.getLogger(CmsTenants.class);

  private static final String SUSPENDED =
      """
      select id from public.organizations where "subscriptionStatus" = 'suspended'\
      """;

  private final Coalesced<String, Set<OrgId>> suspended;

  public CmsTenants(Database database) {
    suspended = new Coalesced<>(_ -> read(database));
  }

  @Override
  public CompletionStage<Set<OrgId>> all() {
    return suspended.ask("suspended");
  }

  @Override
  public CompletionStage<Void> suspend(OrgId org) {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Void> resume(OrgId org) {
    return CompletableFuture.completedStage(null);
  }

  private static CompletionStage<Set<OrgId>> read(Database database) {
    return database.query(
        c -> {
          try (var select = c.prepareStatement(SUSPENDED);
              var found = select.executeQuery()) {
            Set<OrgId> all = new HashSet<>();
            while (found.next()) {
              add(all, found.getString(1));
            }
            return Set.copyOf(all);
          }
        });
  }

  /** No token can name an organisation that is called otherwise, so no device can be of it. */
  private static void add(Set<OrgId> all, String id) {
    try {
      all.add(new OrgId(id));
    } catch (IllegalArgumentException e) {
      log.debug("An organisation of the CMS has a name that no token can have", e);
    }
  }
}
