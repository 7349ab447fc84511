package io.muster.persistence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Rows turned into one array for each column: how a whole batch travels in one statement. */
final class Arrays<T> {
  private final Connection connection;
  private final List<T> rows;
  private final List<java.sql.Array> columns = new ArrayList<>();

  Arrays(Connection connection, List<T> rows) {
    this.connection = connection;
    this.rows = rows;
  }

  /**
   * @param type in the words of PostgreSQL; the embedded store does not ask
   * @param value of the column in a row, null where there is none
   */
  void add(String type, Function<T, Object> value) throws SQLException {
    columns.add(connection.createArrayOf(type, rows.stream().map(value).toArray()));
  }

  /** From the first placeholder on, in the order in which they were added. */
  void bindTo(PreparedStatement statement) throws SQLException {
    for (int i = 0; i < columns.size(); i++) {
      statement.setArray(i + 1, columns.get(i));
    }
  }
}
