package io.muster.app;

import io.muster.actors.OrgId;
import io.muster.app.swarm.DemoScreens;
import io.muster.app.swarm.Fleet;
import io.muster.app.swarm.Screen;
import io.muster.http.auth.Role;
import java.time.Duration;
import java.util.HashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code muster demo}: a gateway with embedded storage and a simulated fleet on real sockets. */
@Command(
    name = "demo",
    description =
        "A gateway on this machine with a simulated fleet of 25 screens; nothing to install.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final OrgId ORG = new OrgId(DemoScreens.HARBOUR);
  private static final Duration DAY = Duration.ofDays(1);

  @Override
  public Integer call() throws Exception {
    var overrides = new HashMap<String, Object>();
    if (System.getenv("MUSTER_HOST") == null) {
      overrides.put("muster.http.host", "127.0.0.1"); // a trial is nobody else's business
    }
    var settings = Settings.read(overrides);
    var stop = Stop.onSignal();
    var gateway = Gateway.start(settings);
    gateway.over().thenAccept(stop::with);
    var url = "http://127.0.0.1:" + gateway.port();
    var names = DemoScreens.all().stream().map(Screen::organizationId).distinct().toList();
    for (String org : names) {
      var admin =
          TokenCommand.user(settings, new OrgId(org), Role.ADMIN, "demo", Duration.ofMinutes(5));
      var remote = new RemoteGateway(url, admin);
      DemoScreens.all().stream()
          .filter(screen -> screen.organizationId().equals(org))
          .forEach(screen -> remote.register(screen.id(), screen.name()));
    }
    var fleet = Fleet.start(url, DemoScreens.all(), settings.secrets().device());
    greet(settings, "http://localhost:" + gateway.port(), url);
    return stop.await(
        () -> {
          fleet.close();
          gateway.close();
        });
  }

  private static void greet(Settings settings, String console, String url) {
    var operator = TokenCommand.user(settings, ORG, Role.OPERATOR, "demo-operator", DAY);
    var device = DemoScreens.all().getFirst().id();
    System.out.printf(
        """

        Muster runs with %d simulated screens in two organisations. Its data is in %s.

        Console   %s/
        Sign in   %s/#token=%s

        A first command:
          curl -X POST %s/api/v1/devices/%s/commands \\
            -H 'Authorization: Bearer %s' \\
            -H 'Content-Type: application/json' -H 'Prefer: wait=10' \\
            -d '{"type": "reload"}'

        Stop      Ctrl-C. What was accepted is kept for the next start.
        %n""",
        DemoScreens.all().size(),
        settings.dataDir().toAbsolutePath(),
        console,
        console,
        operator,
        url,
        device,
        operator);
    System.out.flush();
  }
}
