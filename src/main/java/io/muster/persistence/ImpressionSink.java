package io.muster.persistence;

import io.muster.actors.telemetry.Impression;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Where impressions go, each once. */
public interface ImpressionSink {

  /**
   * Within the transaction of their batch.
   *
   * @param impressions none of which was written before
   * @return how many have no place here and were left out
   * @throws SQLException when the batch as a whole has to be written again
   */
  int write(Connection connection, List<Impression> impressions) throws SQLException;
}
