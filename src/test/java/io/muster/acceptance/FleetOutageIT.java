package io.muster.acceptance;

import io.muster.support.CutProxy;
import io.muster.support.Postgres;
import io.muster.support.Postgres.Outage;
import java.net.URI;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/**
 * A service the gateway stands on is away while its clients reconnect. A few seconds in the build;
 * {@code ./muster outage --seconds 60} runs it in the real time of the programs.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FleetOutageIT {

  @Test
  void a_database_that_is_gone_strands_and_unpairs_nobody() {
    withDatabase(CutProxy::refuse);
  }

  @Test
  void a_database_that_hangs_strands_and_unpairs_nobody() {
    withDatabase(CutProxy::silence);
  }

  private static void withDatabase(Function<CutProxy, Outage> trouble) {
    try (var database = Postgres.shared().database();
        var network = between(database.url());
        var gateway =
            TrialGateway.start(Map.of("muster.database.url", through(network, database.url())));
        var fleet = OutageFleet.of(gateway)) {
      fleet.survives(() -> trouble.apply(network));
    }
  }

  private static URI address(String jdbcUrl) {
    return URI.create(jdbcUrl.substring("jdbc:".length()));
  }

  private static CutProxy between(String jdbcUrl) {
    return CutProxy.to(address(jdbcUrl).getHost(), address(jdbcUrl).getPort());
  }

  private static String through(CutProxy network, String jdbcUrl) {
    return jdbcUrl.replace(address(jdbcUrl).getAuthority(), "127.0.0.1:" + network.port());
  }
}
