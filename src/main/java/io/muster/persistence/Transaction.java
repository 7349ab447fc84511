package io.muster.persistence;

import java.sql.Connection;
import java.sql.SQLException;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.projection.jdbc.JdbcSession;

/** One connection, from the first statement to commit or rollback. */
final class Transaction implements JdbcSession {
  private final Connection connection;

  Transaction(Database database) {
    try {
      connection = database.connection();
      connection.setAutoCommit(false);
    } catch (SQLException e) {
      throw new IllegalStateException("the projection gets no connection", e);
    }
  }

  Connection connection() {
    return connection;
  }

  @Override
  public <R> R withConnection(Function<Connection, R> work) throws Exception {
    return work.apply(connection);
  }

  @Override
  public void commit() throws SQLException {
    connection.commit();
  }

  @Override
  public void rollback() throws SQLException {
    connection.rollback();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
