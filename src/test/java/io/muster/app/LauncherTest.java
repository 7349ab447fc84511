package io.muster.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher by itself: in a folder of its own, with a JDK and a Maven made of a few lines. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  @TempDir Path folder;
  private Path root;
  private Path tools;

  @BeforeEach
  void copy_the_launcher() throws IOException {
    root = Files.createDirectories(folder.resolve("a checkout"));
    tools = Files.createDirectories(folder.resolve("tools"));
    Files.createDirectories(root.resolve("src/main"));
    Files.createFile(root.resolve("pom.xml"));
    for (var tool : List.of("cat", "find", "mkdir", "mv", "readlink")) {
      script(tools.resolve(tool), "exec " + installed(tool) + " \"$@\"");
    }
    Files.copy(Path.of("muster"), root.resolve("muster"));
  }

  @Nested
  class Without_a_suitable_JDK {
    @Test
    void it_says_in_one_line_what_to_install() throws Exception {
      var end = launch(Map.of(), "demo");

      assertEquals(1, end.code());
      assertEquals(1, end.said().lines().count(), end.said());
      assertTrue(end.said().contains("no JDK 25") && end.said().contains("Temurin 25"), end.said());
    }

    @Test
    void an_older_one_is_passed_over() throws Exception {
      var end = launch(Map.of("JAVA_HOME", jdk("old", "17.0.15").toString()), "demo");

      assertTrue(end.said().contains("no JDK 25"), end.said());
    }

    @Test
    void a_later_one_is_passed_over() throws Exception {
      var end = launch(Map.of("JAVA_HOME", jdk("later", "26").toString()), "demo");

      assertTrue(end.said().contains("no JDK 25"), end.said());
    }
  }

  @Nested
  class With_a_suitable_JDK {
    @Test
    void it_is_found_among_others_in_a_folder_of_them() throws Exception {
      jdk("jdks/java-17", "17.0.15");
      jdk("jdks/temurin-25", "25.0.3");
      maven("true");

      var end = launch(Map.of("MUSTER_JDKS", folder.resolve("jdks").toString()), "serve");

      assertTrue(end.said().contains("temurin-25"), end.said());
    }

    @Test
    void a_missing_Maven_is_told_in_one_line() throws Exception {
      var end =
          launch(Map.of("JAVA_HOME", jdk("jdk", "25").toString(), "PATH", "/nowhere"), "demo");

      assertEquals(1, end.code());
      assertTrue(end.said().contains("Maven (mvn) is not on the PATH"), end.said());
    }

    @Test
    void the_program_gets_the_arguments_as_they_were_given() throws Exception {
      maven("true");

      var end = launch(home(), "swarm", "--org", "two words");

      assertEquals(0, end.code());
      assertTrue(end.said().contains("<swarm><--org><two words>"), end.said());
    }

    @Test
    void it_builds_when_a_source_is_newer_than_the_build_and_not_otherwise() throws Exception {
      maven("true");
      assertTrue(launch(home(), "--help").said().contains("building Muster"));
      assertTrue(!launch(home(), "--help").said().contains("building"));

      var source = Files.createFile(root.resolve("src/main/New.java"));
      Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));

      assertTrue(launch(home(), "--help").said().contains("building Muster"));
    }

    @Test
    void a_failed_build_shows_its_complaint_and_starts_nothing() throws Exception {
      maven("echo 'cannot find symbol'; exit 1");

      var end = launch(home(), "demo");

      assertEquals(1, end.code());
      assertTrue(end.said().contains("cannot find symbol"), end.said());
      assertTrue(!end.said().contains("<demo>"), end.said());
    }

    @Test
    void options_of_the_tests_are_handed_to_Maven() throws Exception {
      maven("printf '<%s>' \"$@\"");

      var end = launch(home(), "test", "-Dseed=7");

      assertTrue(end.said().contains("<verify><-Dseed=7>"), end.said());
    }
  }

  @Nested
  class Asked_for_an_outage {
    @Test
    void it_runs_the_outage_tests_for_a_minute_or_as_long_as_is_wanted() throws Exception {
      maven("printf '<%s>' \"$@\"");

      assertTrue(launch(home(), "outage").said().contains("<-Dmuster.outage.seconds=60>"));
      assertTrue(
          launch(home(), "outage", "--seconds", "5", "-q")
              .said()
              .contains("<-Dmuster.outage.seconds=5><-q>"));
    }

    @Test
    void it_says_what_a_length_is_when_it_gets_none() throws Exception {
      maven("true");

      for (String wrong : List.of("soon", "0", "")) {
        var end = launch(home(), "outage", "--seconds", wrong);

        assertEquals(1, end.code());
        assertTrue(end.said().contains("a whole number of seconds"), end.said());
      }
    }
  }

  private static Path installed(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  private record End(int code, String said) {}

  private Map<String, String> home() throws IOException {
    return Map.of("JAVA_HOME", jdk("jdk", "25.0.3").toString());
  }

  private Path jdk(String name, String version) throws IOException {
    var home = folder.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    script(home.resolve("bin/javac"), "true");
    script(home.resolve("bin/java"), "echo \"$0\"; printf '<%s>' \"$@\"");
    return home;
  }

  private void maven(String does) throws IOException {
    script(tools.resolve("mvn"), does);
  }

  private static void script(Path file, String does) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + does + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }

  private End launch(Map<String, String> environment, String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("/bin/bash", root + "/muster"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    // No JDK or Maven of this machine may be found by accident.
    builder.environment().putAll(Map.of("MUSTER_JDKS", "", "PATH", tools.toString()));
    builder.environment().putAll(environment);
    var process = builder.start();
    var said = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return new End(process.exitValue(), said);
  }
}
