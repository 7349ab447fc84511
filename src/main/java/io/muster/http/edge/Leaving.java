package io.muster.http.edge;

/** Somebody who can be told that this node leaves, and be sent away. From any thread. */
public interface Leaving {
  void send(Frame frame);

  void end(Ending ending);
}
