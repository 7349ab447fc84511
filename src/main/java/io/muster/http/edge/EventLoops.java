package io.muster.http.edge;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The event loops: sockets, sessions and devices all run here, so that a message from a socket to
 * its device's actor and back wakes no other thread. Made before the actor system and closed after
 * it. Nothing that runs here may block.
 *
 * <p>As an {@link Executor} it stays on the loop that spoke; work from any other thread goes to the
 * loops in turn.
 */
public final class EventLoops implements Executor, AutoCloseable {
  private final MultiThreadIoEventLoopGroup group;
  private final FastThreadLocal<EventLoop> current = new FastThreadLocal<>();

  private EventLoops(int count) {
    var io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("muster-loop"), io);
    for (EventExecutor loop : group) {
      loop.submit(() -> current.set((EventLoop) loop)).syncUninterruptibly();
    }
  }

  /** As many loops as cores: more only take turns. */
  public static EventLoops onAllCores() {
    return new EventLoops(Math.max(2, Runtime.getRuntime().availableProcessors()));
  }

  /** One loop alone, where the order of arrival over several connections matters: in tests. */
  public static EventLoops single() {
    return new EventLoops(1);
  }

  public MultiThreadIoEventLoopGroup group() {
    return group;
  }

  /** The listening channel that fits the loops: epoll where there is one, NIO elsewhere. */
  public Class<? extends ServerChannel> serverChannel() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /** The loops in turn. */
  public EventLoop next() {
    return (EventLoop) group.next();
  }

  @Override
  public void execute(Runnable task) {
    EventLoop mine = current.getIfExists();
    (mine == null ? group.next() : mine).execute(task);
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(2));
  }

  /** Ends what runs here; whatever takes longer than {@code patience} is not waited for. */
  public void close(Duration patience) {
    long millis = patience.toMillis();
    group.shutdownGracefully(0, millis, TimeUnit.MILLISECONDS).awaitUninterruptibly(millis);
  }
}
