package io.muster.http.edge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;

/**
 * The open door: one port, possibly on several addresses, and the pipeline of everyone who comes
 * in.
 */
public final class Listener implements AutoCloseable {
  /** Connections the kernel may hold for us; a fleet comes back all at once. */
  private static final int BACKLOG = 4096;

  /** A heartbeat fits; a longer message makes the next buffer larger by itself. */
  private static final int RECEIVE_BYTES_MIN = 512;

  private static final long CLOSING_MILLIS = 500;

  private static final int RECEIVE_BYTES_MAX = 64 * 1024;

  private final List<Channel> doors = new ArrayList<>();
  private final Vestibule vestibule;
  private final List<EngineServer> servers;

  private Listener(Vestibule vestibule, List<EngineServer> servers) {
    this.vestibule = vestibule;
    this.servers = servers;
  }

  /**
   * A Socket.IO application and where it is served.
   *
   * @param path begins and ends with a slash, such as {@code /socket.io/}
   */
  public record Mount(String path, EngineListener.Application application) {
    public Mount {
      if (!path.startsWith("/") || !path.endsWith("/")) {
        throw new IllegalArgumentException(
            "A mount path begins and ends with a slash, was \"%s\"".formatted(path));
      }
    }

    public static Mount socketIo(String path, SocketApplication application) {
      return new Mount(path, SocketConnection.serving(application));
    }
  }

  /**
   * Opens the door on each address, with the same port on all when the first is 0.
   *
   * @param others make the handlers of each connection that follow, in their order; the last
   *     answers whatever nobody has claimed
   * @throws BindException naming the address that is taken; then none is open
   */
  public static Listener open(
      EventLoops loops,
      List<InetSocketAddress> addresses,
      EdgeSettings settings,
      List<Mount> mounts,
      List<Supplier<ChannelHandler>> others)
      throws BindException {
    return open(loops, addresses, settings, Neighbours.NONE, mounts, others);
  }

  /**
   * As above, where requests for sessions of other nodes are led to those.
   *
   * @throws BindException naming the address that is taken; then none is open
   */
  public static Listener open(
      EventLoops loops,
      List<InetSocketAddress> addresses,
      EdgeSettings settings,
      Neighbours neighbours,
      List<Mount> mounts,
      List<Supplier<ChannelHandler>> others)
      throws BindException {
    var desks = new IdentityHashMap<EventLoop, LoopDesk>();
    for (EventExecutor loop : loops.group()) {
      desks.put((EventLoop) loop, new LoopDesk((EventLoop) loop, settings.times().tick()));
    }
    var limits = settings.limits();
    var vestibule = new Vestibule(limits.strangersPerAddress(), limits.strangers());
    var servers =
        mounts.stream()
            .map(
                mount ->
                    new EngineServer(mount.path(), settings, mount.application(), desks, vestibule))
            .toList();
    var listener = new Listener(vestibule, servers);
    var crowd = Crowd.belowOpenFiles(settings.proxies());
    var bootstrap = bootstrap(loops, settings, crowd, neighbours, servers, others);
    try {
      for (InetSocketAddress address : addresses) {
        listener.bind(bootstrap, address);
      }
      return listener;
    } catch (BindException taken) {
      listener.close();
      throw taken;
    }
  }

  private static ServerBootstrap bootstrap(
      EventLoops loops,
      EdgeSettings settings,
      Crowd crowd,
      Neighbours neighbours,
      List<EngineServer> servers,
      List<Supplier<ChannelHandler>> others) {
    return new ServerBootstrap()
        .group(loops.group())
        .channel(loops.serverChannel())
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .childOption(
            ChannelOption.RECVBUF_ALLOCATOR,
            new AdaptiveRecvByteBufAllocator(
                RECEIVE_BYTES_MIN, RECEIVE_BYTES_MIN * 2, RECEIVE_BYTES_MAX))
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel accepted) {
                if (crowd.admits(accepted)) {
                  fill(accepted.pipeline(), settings, neighbours, servers, others);
                } else {
                  accepted.close();
                }
              }
            });
  }

  /** Everything a connection passes, in this order. An upgrade removes all of it. */
  private static void fill(
      ChannelPipeline pipeline,
      EdgeSettings settings,
      Neighbours neighbours,
      List<EngineServer> servers,
      List<Supplier<ChannelHandler>> others) {
    pipeline.addLast("http", settings.http().newCodec());
    // One request at a time, each in its time.
    pipeline.addLast("doorman", new Doorman(settings.http()));
    pipeline.addLast("engine.io", new EngineRequests(servers, neighbours));
    // Upgrades of other kinds, and last the routes.
    others.forEach(other -> pipeline.addLast(other.get()));
  }

  private void bind(ServerBootstrap bootstrap, InetSocketAddress address) throws BindException {
    int port = address.getPort() == 0 && !doors.isEmpty() ? port() : address.getPort();
    var wanted = new InetSocketAddress(address.getAddress(), port);
    ChannelFuture bound = bootstrap.bind(wanted).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      var taken =
          new BindException(
              "Cannot listen on %s port %d: %s"
                  .formatted(
                      address.getAddress().getHostAddress(), port, bound.cause().getMessage()));
      taken.initCause(bound.cause());
      throw taken;
    }
    doors.add(bound.channel());
  }

  /** The port, also when any was asked for. */
  public int port() {
    return ((InetSocketAddress) doors.getFirst().localAddress()).getPort();
  }

  /** Connections that have not joined. */
  public int strangers() {
    return vestibule.total();
  }

  /** Sessions that began on long polling and have not ended, moved to a WebSocket or not. */
  public int pollingSessions() {
    return servers.stream().mapToInt(EngineServer::size).sum();
  }

  /**
   * Lets nobody in any more; those inside are ended by the application. A loop that is stuck is not
   * waited for.
   */
  @Override
  public void close() {
    var closing = doors.stream().map(Channel::close).toList();
    long until = System.nanoTime() + CLOSING_MILLIS * 1_000_000;
    closing.forEach(
        door -> door.awaitUninterruptibly(Math.max(0, (until - System.nanoTime()) / 1_000_000)));
  }
}
