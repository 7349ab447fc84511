package io.muster.app;

import io.muster.app.reporting.ErrorReports;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code muster serve}: one gateway until it is told to stop. */
@Command(
    name = "serve",
    description = "Run a gateway, configured by the environment (see application.conf).",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

  @Override
  public Integer call() throws Exception {
    var settings = Settings.read(Map.of());
    var reports = settings.reporting().errors().map(ErrorReports::to);
    var stop = Stop.onSignal();
    var gateway = Gateway.start(settings);
    gateway.over().thenAccept(stop::with);
    System.err.printf("muster: listening on port %d%n", gateway.port());
    return stop.await(
        () -> {
          gateway.close();
          reports.ifPresent(ErrorReports::close);
        });
  }
}
