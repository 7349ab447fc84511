package io.muster.app;

import io.muster.app.swarm.SwarmCommand;
import io.muster.persistence.DatabaseUnavailable;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The one door of the command line. */
@Command(
    name = "muster",
    description = "A realtime gateway for fleets of devices.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Versions.class,
    footer = {
      "",
      "The launcher itself knows five more:",
      "  test               install what the tests need and run them all",
      "  outage             the outage tests in the real time of the programs: --seconds 60",
      "  torture            three nodes, faults from a seed, and a verdict: --minutes 10 --seed 1",
      "  prepare            make the next starts faster (once per build)",
      "  protocol-fixture   an echo server for the public protocol suites"
    },
    subcommands = {
      DemoCommand.class,
      ServeCommand.class,
      TokenCommand.class,
      DrainCommand.class,
      SwarmCommand.class,
      CheckConfigCommand.class
    })
public final class Main {

  static final class Versions implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"muster " + Version.TEXT};
    }
  }

  private Main() {}

  public static void main(String[] arguments) {
    silenceScala();
    var line =
        new CommandLine(new Main())
            .setExecutionExceptionHandler(Main::inOneLine)
            .setCaseInsensitiveEnumValuesAllowed(true);
    // Dispatchers would keep the process alive after a command that failed.
    int status = 1;
    try {
      status = line.execute(arguments);
    } catch (Throwable fault) {
      fault.printStackTrace();
    } finally {
      System.exit(status);
    }
  }

  /**
   * What a person can mend is said in one clear line; anything else is a fault of ours and shows
   * its trace.
   */
  private static int inOneLine(
      Exception failure, CommandLine line, CommandLine.ParseResult arguments) throws Exception {
    switch (failure) {
      case Settings.Wrong _, Complaint _, BindException _, DatabaseUnavailable _ ->
          line.getErr().println("muster: " + failure.getMessage());
      default -> throw failure;
    }
    return 1;
  }

  /**
   * The projection library prints a line for each slice it stops; nobody else writes by this way.
   */
  private static void silenceScala() {
    var out = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    scala.Console.out(); // keeps for ever what it finds at its first use
    System.setOut(out);
  }
}
