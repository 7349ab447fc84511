package io.muster.app.swarm;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Many devices on one event loop: who connects when, and whose heartbeat is next. */
final class Swarm implements AutoCloseable {
  private static final long LOOK_AFTER_MILLIS = 1000;
  private static final double MINUTE_MILLIS = 60_000;
  private static final int CONNECT_TIMEOUT_MILLIS = 20_000;

  private final Target target;
  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final Bootstrap bootstrap;
  private final Tally tally = new Tally();
  private final List<SimulatedDevice> devices = new ArrayList<>();
  private final List<SimulatedDevice> connected = new ArrayList<>();
  private final ArrayDeque<Long> dueConnects = new ArrayDeque<>();
  private final CompletableFuture<Void> settled = new CompletableFuture<>();
  private final Pacer connects;
  private final Pacer heartbeats;
  private Optional<Storm> storm = Optional.empty();
  private Pace pace;
  private int started;
  private int due;
  private int firstsUnderWay;
  private int turn;
  private volatile boolean closed;

  Swarm(Target target, Pace pace) {
    this.target = target;
    this.pace = pace;
    var epoll = Epoll.isAvailable();
    group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("swarm", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    loop = group.next();
    bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .remoteAddress(target.address())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .option(ChannelOption.TCP_NODELAY, true)
            // Ends with a reset: thousands of ports in TIME_WAIT would stop the next run.
            .option(ChannelOption.SO_LINGER, 0)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(2048));
    connects = new Pacer(loop, () -> this.pace.connectsPerSecond(), this::connectDue);
    heartbeats = new Pacer(loop, this::heartbeatsPerSecond, this::heartbeatDue);
  }

  // ── for those outside the loop ──

  /** Starts the devices; the result completes when each has had its first connect, good or bad. */
  CompletableFuture<Void> start(List<? extends Persona> personas) {
    loop.execute(
        () -> {
          personas.forEach(persona -> devices.add(new SimulatedDevice(this, persona)));
          if (pace.connectsPerSecond() > 0) {
            connects.start();
          } else {
            long now = System.nanoTime();
            personas.forEach(_ -> connectDue(now));
          }
          heartbeats.start();
          loop.scheduleAtFixedRate(
              this::lookAfter, LOOK_AFTER_MILLIS, LOOK_AFTER_MILLIS, TimeUnit.MILLISECONDS);
          settleWhenDone();
        });
    return settled;
  }

  /**
   * Runs something on the loop and waits for it, 30 s at most and whether interrupted or not.
   *
   * @throws IllegalStateException when it fails, or no answer comes
   */
  <T> T on(Callable<T> work) {
    var answer = loop.submit(work);
    answer.awaitUninterruptibly(30, TimeUnit.SECONDS);
    if (!answer.isSuccess()) {
      throw new IllegalStateException("the swarm's loop gave no answer", answer.cause());
    }
    return answer.getNow();
  }

  void run(Runnable work) {
    on(
        () -> {
          work.run();
          return null;
        });
  }

  /** Goes on at another pace; heartbeats that are overdue at the old one are let go. */
  void pace(Pace next) {
    run(
        () -> {
          pace = next;
          heartbeats.forgetBacklog();
        });
  }

  boolean isClosed() {
    return closed;
  }

  /** All connections are dropped; devices do not come back. */
  @Override
  public void close() {
    closed = true;
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }

  // ── for those on the loop ──

  Tally tally() {
    return tally;
  }

  /** One more device, at once. */
  void add(Persona persona) {
    var device = new SimulatedDevice(this, persona);
    devices.add(device);
    started++;
    due++;
    firstsUnderWay++;
    device.connect(System.nanoTime());
  }

  /**
   * Every connection breaks but those of the first so many devices; the last so many are told apart
   * as urgent.
   */
  Storm lose(int staying, int urgent) {
    int lost = 0;
    for (int i = 0; i < devices.size(); i++) {
      var device = devices.get(i);
      boolean isLost = i >= staying && device.place >= 0;
      device.isLost = isLost;
      device.isUrgent = i >= devices.size() - urgent;
      lost += isLost ? 1 : 0;
    }
    storm = Optional.of(new Storm(lost));
    for (SimulatedDevice device : devices) {
      if (device.isLost) {
        device.flap();
      }
    }
    return storm.get();
  }

  /** What came after {@link #lose}. */
  Optional<Storm> storm() {
    return storm;
  }

  EventLoop loop() {
    return loop;
  }

  Bootstrap bootstrap() {
    return bootstrap;
  }

  /** Opens a socket for a client, who hears of its end whatever happens. */
  Connection open(Connection.Client client) {
    var connection = new Connection(target, client);
    bootstrap
        .clone()
        .handler(connection)
        .connect()
        .addListener(
            (ChannelFuture done) -> {
              if (!done.isSuccess()) {
                client.ended("cannot connect: " + plainly(done.cause()));
              }
            });
    return connection;
  }

  void after(Duration delay, Runnable work) {
    if (!closed) {
      loop.schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  boolean beatsOnConnect() {
    return !pace.isFixed();
  }

  void joined(SimulatedDevice device) {
    device.place = connected.size();
    connected.add(device);
  }

  void left(SimulatedDevice device) {
    var last = connected.removeLast();
    if (last != device) {
      connected.set(device.place, last);
      last.place = device.place;
    }
    device.place = -1;
  }

  /** A connect has come to its end, good or bad. */
  void connectEnded(boolean first) {
    if (first) {
      firstsUnderWay--;
      startMore();
      settleWhenDone();
    }
  }

  private void settleWhenDone() {
    if (started == devices.size() && firstsUnderWay == 0) {
      settled.complete(null);
    }
  }

  private void connectDue(long at) {
    if (due == devices.size()) {
      connects.stop();
      return;
    }
    due++;
    dueConnects.addLast(at);
    startMore();
  }

  private void startMore() {
    while (!closed && !dueConnects.isEmpty() && firstsUnderWay < pace.inFlight()) {
      long at = dueConnects.removeFirst();
      firstsUnderWay++;
      // Without a rate nothing is due before there is room for it.
      devices.get(started++).connect(pace.connectsPerSecond() > 0 ? at : System.nanoTime());
    }
  }

  private double heartbeatsPerSecond() {
    if (connected.isEmpty()) {
      return 0;
    }
    if (pace.isFixed()) {
      return settled.isDone() ? pace.heartbeatsPerSecond() : 0;
    }
    return connected.size() * 1000.0 / pace.heartbeatEvery().toMillis();
  }

  private void heartbeatDue(long at) {
    if (!connected.isEmpty()) {
      turn = turn + 1 < connected.size() ? turn + 1 : 0;
      connected.get(turn).beat(at);
    }
  }

  private void lookAfter() {
    long now = System.nanoTime();
    devices.forEach(device -> device.live(now, LOOK_AFTER_MILLIS / MINUTE_MILLIS));
  }

  private static String plainly(Throwable cause) {
    return switch (cause) {
      case ConnectException _ -> "refused";
      case SocketException busy -> String.valueOf(busy.getMessage());
      default -> cause.getClass().getSimpleName();
    };
  }
}
