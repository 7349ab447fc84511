package io.muster.http.edge;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One client that has joined, whatever it speaks. Every method may be called from any thread; calls
 * from the socket's own event loop take no hop. Writing to a socket that has ended does nothing.
 */
public interface Socket extends Leaving {

  /** A public id: unique, of no use to anyone who wants to impersonate the client. */
  String id();

  Handshake handshake();

  /** The loop on which this socket's {@link SocketHandler} is called. */
  EventLoop loop();

  /**
   * Writes an event. The same {@link Frame} may go to many sockets and is encoded once per wire
   * dialect.
   */
  @Override
  void send(Frame frame);

  /**
   * Writes an event that asks for an acknowledgement. Exactly one call of {@code answered} follows
   * on the socket's loop: with the arguments of the ack, or with {@link Reply#LOST} when the socket
   * ends or {@code patience} runs out.
   */
  void request(Frame frame, Duration patience, Consumer<Reply> answered);

  /**
   * Bytes written that the client's transport has not taken yet. Who has much to say waits for them
   * to leave, or the client is ended as too slow. On the socket's loop only.
   */
  long owed();

  /** Ends the socket. The first call decides how; later ones do nothing. */
  @Override
  void end(Ending ending);
}
