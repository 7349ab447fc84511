package io.muster.persistence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DatabaseTest {

  @Nested
  class A_database_URL {
    @ParameterizedTest
    @CsvSource(
        nullValues = "-",
        value = {
          "postgres://u:p@h:5433/d,                     jdbc:postgresql://h:5433/d,          u, p",
          "postgresql://u:p@h/d?sslmode=require,        jdbc:postgresql://h/d?sslmode=require, u, p",
          "postgres://a%40b:p%2Fw%3A+%25@h/d,           jdbc:postgresql://h/d,               a@b, p/w:+%",
          "postgres://u@[::1]:5432/d,                   jdbc:postgresql://[::1]:5432/d,      u, -",
          "postgres://h1:1,                             jdbc:postgresql://h1:1/,             -, -",
          "postgres://u@h,                              jdbc:postgresql://h/u,               u, -",
          "postgres:///d,                               jdbc:postgresql://localhost/d,       -, -",
          "jdbc:postgresql://h/d?user=u&password=p,     jdbc:postgresql://h/d?user=u&password=p, -, -",
        })
    void is_understood_in_libpq_and_in_JDBC_form(
        String url, String jdbc, String user, String password) {
      assertEquals(
          new DatabaseUrl(
              Dialect.POSTGRESQL, jdbc, Optional.ofNullable(user), Optional.ofNullable(password)),
          DatabaseUrl.postgresql(url));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mysql://u:p@h/d", "jdbc:mysql://h/d", "h:5432", "postgres:h/d"})
    void of_any_other_form_is_refused_without_repeating_it(String url) {
      var refusal = assertThrows(IllegalArgumentException.class, () -> DatabaseUrl.postgresql(url));
      assertTrue(refusal.getMessage().contains("postgres://user:password@host"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "postgres://u:secret@h/d?password=secret",
          "jdbc:postgresql://h/d?user=u&password=secret"
        })
    void is_shown_without_its_secrets(String url) {
      assertEquals("jdbc:postgresql://h/d", DatabaseUrl.postgresql(url).toString());
    }
  }

  @Test
  void a_database_that_is_not_there_is_one_clear_error(@TempDir Path dir) throws IOException {
    int port = aClosedPort();
    var url = "postgres://muster:secret@127.0.0.1:" + port + "/muster";

    var failure =
        assertThrows(
            DatabaseUnavailable.class,
            () -> Database.open(PersistenceSettings.of(Optional.of(url), dir)));

    assertTrue(failure.getMessage().contains("127.0.0.1:" + port), failure.getMessage());
    assertTrue(failure.getMessage().contains("refused"), failure.getMessage());
    assertFalse(failure.getMessage().contains("secret"), failure.getMessage());
    assertFalse(failure.getMessage().contains("\n"), failure.getMessage());
  }

  @Test
  void opening_twice_migrates_once(@TempDir Path dir) {
    var settings = PersistenceSettings.of(Optional.empty(), dir.resolve("made"));
    Database.open(settings).close();
    try (var again = Database.open(settings)) {
      assertTrue(again.isEmbedded());
    }
  }

  /** What has such a mark is believed to end there, whatever was written behind it. */
  @Test
  void the_embedded_file_never_bears_the_mark_of_a_clean_close(@TempDir Path dir)
      throws IOException {
    var settings = PersistenceSettings.of(Optional.empty(), dir);
    for (int i = 0; i < 2; i++) {
      var database = Database.open(settings);
      database.query(c -> c.createStatement().executeQuery("select 1").next());
      database.close();
      var header = new String(Files.readAllBytes(dir.resolve("muster.mv.db")), 0, 8192, ISO_8859_1);
      assertTrue(header.startsWith("H:"), header.substring(0, 20));
      assertFalse(header.contains("clean:1"), header.strip());
    }
  }

  @Test
  void what_was_written_is_there_after_each_of_many_ends(@TempDir Path dir) {
    var settings = PersistenceSettings.of(Optional.empty(), dir);
    for (int i = 0; i < 4; i++) {
      var database = Database.open(settings);
      int written = i;
      database.query(c -> insert(c, "code-" + written)).toCompletableFuture().join();
      assertEquals(i + 1, database.query(DatabaseTest::count).toCompletableFuture().join());
      database.close();
    }
  }

  private static int insert(Connection c, String code) throws SQLException {
    try (var insert =
        c.prepareStatement(
            "insert into muster.pairing (code, identifier, expires_at)"
                + " values (?, ?, current_timestamp)")) {
      insert.setString(1, code);
      insert.setString(2, code);
      return insert.executeUpdate();
    }
  }

  private static int count(Connection c) throws SQLException {
    try (var found = c.createStatement().executeQuery("select count(*) from muster.pairing")) {
      found.next();
      return found.getInt(1);
    }
  }

  private static int aClosedPort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
