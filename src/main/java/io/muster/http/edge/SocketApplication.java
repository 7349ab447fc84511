package io.muster.http.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.OptionalInt;

/** What is mounted behind a listener: it decides who may join. */
public interface SocketApplication {

  /**
   * A client wants to join: a Socket.IO CONNECT, or a plain WebSocket that has shown its token.
   * Called on the client's event loop. Answer now or later and from any thread; events that arrive
   * meanwhile wait (bounded) and are handled after the answer. One that is never answered is closed
   * by the connect timeout.
   */
  void joining(Joining client);

  /**
   * Asked for each client before anything is opened for it, on any thread and at no cost: whether
   * it should rather come again, and after how many seconds. Empty lets it go on.
   */
  default OptionalInt comeAgainAfterSeconds() {
    return OptionalInt.empty();
  }

  /** One client at the door. The first answer counts. */
  interface Joining {

    /**
     * {@code "/"} for devices and dashboards; the application refuses the names it does not know.
     */
    String namespace();

    /**
     * The CONNECT payload, or {@code {"token": …}} for a plain WebSocket; an empty object when
     * there was none.
     */
    ObjectNode auth();

    Handshake handshake();

    /** The loop the client is served on; its handler will be called there. */
    EventLoop loop();

    /** Whether the client has gone, or has been answered. To be asked on any thread. */
    boolean hasLeft();

    /**
     * Lets the client in. Its first packet is the CONNECT reply; frames sent to the returned socket
     * follow it.
     */
    default Socket accept(SocketHandler handler) {
      return accept(handler, Optional.empty());
    }

    /**
     * As {@link #accept(SocketHandler)}.
     *
     * @param pid told to a Socket.IO client, which then shows it with the last event it has got
     *     when it comes again, and takes itself for recovered when it is told the same one
     */
    Socket accept(SocketHandler handler, Optional<String> pid);

    /**
     * Refuses for good: real clients do not come back. {@code data} is sent as {@code data} of the
     * CONNECT_ERROR and may be empty. On a plain WebSocket: an {@code error} event with message and
     * data, then close code 4001.
     */
    void refuse(String message, ObjectNode data);

    /** Closes the transport so that the client's own back-off brings it here again. */
    void turnAway(Ending ending);
  }
}
