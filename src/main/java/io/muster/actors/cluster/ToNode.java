package io.muster.actors.cluster;

import io.muster.actors.NodeId;
import io.muster.actors.Wire;

/** What nodes tell each other of themselves. */
public sealed interface ToNode extends Wire permits NodeCard, ToNode.Drain {

  /** The node is to leave as if its process had been asked to end; meant for nobody else. */
  record Drain(NodeId node) implements ToNode {}
}
