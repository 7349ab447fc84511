package io.muster.http.edge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What came of a request to the client. */
public sealed interface Reply {

  /** No ack in time, or the socket ended first. */
  Reply LOST = new Lost();

  record Answered(List<JsonNode> arguments) implements Reply {
    public Answered {
      arguments = List.copyOf(arguments);
    }
  }

  record Lost() implements Reply {}
}
