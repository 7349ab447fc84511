package io.muster.support;

import io.muster.support.Postgres.Outage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The network between a gateway and a service, which can be cut: refused, silent in one direction
 * or both, or slow. What was held back arrives when the outage is over, as TCP does it.
 */
public final class CutProxy implements AutoCloseable {
  private static final int BACKLOG = 200;

  private final InetSocketAddress target;
  private final InetAddress address;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Gate requests = new Gate();
  private final Gate answers = new Gate();
  private final Map<InetAddress, Gate> comers = new ConcurrentHashMap<>();
  private volatile Duration delay = Duration.ZERO;
  private volatile ServerSocket door;
  private volatile boolean isRefusing;

  private CutProxy(InetAddress address, InetSocketAddress target) {
    this.target = target;
    this.address = address;
    this.port = listen(0);
  }

  /** Listens on a free port of loopback. */
  public static CutProxy to(String host, int port) {
    return new CutProxy(InetAddress.getLoopbackAddress(), new InetSocketAddress(host, port));
  }

  /** Listens on a free port of that address, one of loopback as well. */
  public static CutProxy before(InetAddress address, int port) {
    return new CutProxy(address, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  public int port() {
    return port;
  }

  // ── outages, each until it is closed ──

  /** Every connection is reset and new ones are refused, as by a host whose service is gone. */
  public Outage refuse() {
    isRefusing = true;
    close(door);
    cut();
    return () -> {
      isRefusing = false;
      listen(port);
    };
  }

  /** Connections stay, new ones are taken, and nothing passes. */
  public Outage silence() {
    requests.shut();
    answers.shut();
    return () -> {
      requests.open();
      answers.open();
    };
  }

  /** As {@link #silence()}, for those only who come from that address. */
  public Outage silence(InetAddress comer) {
    var gate = gateOf(comer);
    gate.shut();
    return gate::open;
  }

  private Gate gateOf(InetAddress comer) {
    return comers.computeIfAbsent(comer, _ -> new Gate());
  }

  /** What is asked arrives and is done; the answers do not come. */
  public Outage silenceAnswers() {
    answers.shut();
    return answers::open;
  }

  /** What is asked does not arrive. */
  public Outage silenceRequests() {
    requests.shut();
    return requests::open;
  }

  /** Every read in either direction waits that long. */
  public Outage delay(Duration each) {
    delay = each;
    return () -> delay = Duration.ZERO;
  }

  /** Resets what is open; new connections pass. */
  public void cut() {
    open.forEach(CutProxy::reset);
  }

  // ── passing ──

  private int listen(int wanted) {
    try {
      var listening = new ServerSocket();
      listening.setReuseAddress(true);
      listening.bind(new InetSocketAddress(address, wanted), BACKLOG);
      door = listening;
      Thread.ofVirtual().start(() -> accept(listening));
      return listening.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocket listening) {
    while (!listening.isClosed()) {
      try {
        connect(listening.accept());
      } catch (IOException e) {
        // The door has been closed, or the service is not there: the client has been told.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    var service = new Socket();
    open.add(client);
    open.add(service);
    try {
      service.connect(target);
      client.setTcpNoDelay(true);
      service.setTcpNoDelay(true);
    } catch (IOException e) {
      end(client, service);
      throw e;
    }
    if (isRefusing) {
      end(client, service);
      return;
    }
    var comer = gateOf(client.getInetAddress());
    Thread.ofVirtual().start(() -> pump(client, service, requests, comer));
    Thread.ofVirtual().start(() -> pump(service, client, answers, comer));
  }

  private void pump(Socket from, Socket to, Gate gate, Gate comer) {
    try {
      var buffer = new byte[16 * 1024];
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        LockSupport.parkNanos(delay.toNanos());
        gate.pass();
        comer.pass();
        out.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // One of the two has gone; the other is told below.
    }
    end(from, to);
  }

  private void end(Socket one, Socket other) {
    open.remove(one);
    open.remove(other);
    finish(one);
    finish(other);
  }

  private static void finish(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It was closed already.
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // It was closed already.
    }
    finish(socket);
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    close(door);
    requests.open();
    answers.open();
    comers.values().forEach(Gate::open);
    cut();
  }

  /** Passes everybody while it is open. */
  private static final class Gate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private boolean isShut;

    void shut() {
      lock.lock();
      isShut = true;
      lock.unlock();
    }

    void open() {
      lock.lock();
      isShut = false;
      opened.signalAll();
      lock.unlock();
    }

    void pass() {
      lock.lock();
      try {
        while (isShut) {
          opened.awaitUninterruptibly();
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
