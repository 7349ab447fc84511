package io.muster.app;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.typed.ClusterCommand;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider;

/**
 * How this node meets the others. Without seeds it is a cluster of one.
 *
 * @param node its name for people; its address when there is none
 * @param host where the others reach it
 * @param port 0 for any that is free
 * @param bindHost where it listens, when that differs
 * @param seeds whom to ask to join; the first of them forms a cluster when nobody answers it
 * @param tls empty where whoever reaches the port is believed
 * @param stableAfter how long the picture of who is cut off must not have changed before the
 *     smaller part stops
 */
public record ClusterSettings(
    Optional<String> node,
    String host,
    int port,
    Optional<String> bindHost,
    Optional<Integer> bindPort,
    List<Seed> seeds,
    Optional<Tls> tls,
    Duration stableAfter) {
  static final String SYSTEM = "muster";
  private static final Pattern SEED = Pattern.compile("([A-Za-z0-9._-]+):(\\d{1,5})");
  private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  public record Seed(String host, int port) {
    private Address address() {
      return new Address("pekko", SYSTEM, host, port);
    }
  }

  /**
   * How nodes prove to each other that they are nodes. The files are read again from time to time,
   * so that they can be renewed.
   *
   * @param certificate PEM; the certificates of all nodes have a name in common
   * @param key PEM, PKCS#8 or PKCS#1
   * @param ca PEM, of whoever signed the certificates of all nodes
   */
  public record Tls(Path certificate, Path key, Path ca) {}

  static ClusterSettings in(Keys keys) {
    var node = keys.text("cluster.node");
    keys.require(
        node.isEmpty() || NODE.matcher(node.get()).matches(),
        "MUSTER_NODE has 1 to 128 of A-Z a-z 0-9 . _ : -");
    var host = keys.text("cluster.host", "");
    var seeds = keys.list("cluster.seeds");
    keys.require(
        seeds.stream().allMatch(SEED.asMatchPredicate()),
        "MUSTER_CLUSTER_SEEDS is a comma list of host:port");
    keys.require(
        !isOnThisMachine(host) || seeds.stream().allMatch(ClusterSettings::isOnThisMachine),
        "MUSTER_CLUSTER_HOST is loopback: nodes on other machines could not reach this one");
    return new ClusterSettings(
        node,
        host,
        keys.whole("cluster.port", 0, 65_535),
        keys.text("cluster.bind-host"),
        keys.text("cluster.bind-port").map(_ -> keys.whole("cluster.bind-port", 0, 65_535)),
        seeds.stream().flatMap(ClusterSettings::seed).toList(),
        tls(keys),
        keys.time("cluster.stable-after", Duration.ofSeconds(1), Duration.ofMinutes(1)));
  }

  private static Optional<Tls> tls(Keys keys) {
    var files =
        Stream.of("certificate", "key", "ca")
            .flatMap(part -> keys.text("cluster.tls." + part).map(Path::of).stream())
            .toList();
    keys.require(
        files.isEmpty() || files.size() == 3,
        "MUSTER_CLUSTER_TLS_CERTIFICATE, _KEY and _CA belong together");
    files.stream()
        .filter(file -> !Files.isReadable(file))
        .forEach(file -> keys.complain("%s cannot be read".formatted(file)));
    return files.size() == 3
        ? Optional.of(new Tls(files.get(0), files.get(1), files.get(2)))
        : Optional.empty();
  }

  static Stream<Seed> seed(String text) {
    return SEED.matcher(text)
        .results()
        .map(found -> new Seed(found.group(1), Integer.parseInt(found.group(2))));
  }

  private static boolean isOnThisMachine(String address) {
    return address.matches("(localhost|127\\.[0-9.]+)(:\\d+)?");
  }

  /**
   * Where the other nodes reach this one's door.
   *
   * @param httpHost on which it listens
   */
  String reachedAt(String httpHost) {
    return httpHost.isEmpty() || httpHost.equals("0.0.0.0") || httpHost.equals("::")
        ? host
        : httpHost;
  }

  /** Others share its store, its secrets and its fleet. */
  boolean isOneOfSeveral() {
    return !seeds.isEmpty();
  }

  /** What Pekko has to know of it. */
  Config pekkoConfig(String version) {
    Map<String, Object> all = new HashMap<>();
    all.put("pekko.remote.artery.canonical.hostname", host);
    all.put("pekko.remote.artery.canonical.port", port);
    bindHost.ifPresent(h -> all.put("pekko.remote.artery.bind.hostname", h));
    bindPort.ifPresent(p -> all.put("pekko.remote.artery.bind.port", p));
    all.put("pekko.cluster.app-version", version);
    all.put("pekko.cluster.split-brain-resolver.stable-after", stableAfter);
    tls.ifPresent(files -> all.putAll(pekkoConfig(files)));
    return ConfigFactory.parseMap(all);
  }

  private static Map<String, Object> pekkoConfig(Tls tls) {
    var ssl = "pekko.remote.artery.ssl.";
    var files = ssl + "rotating-keys-engine.";
    return Map.of(
        "pekko.remote.artery.transport",
        "tls-tcp",
        ssl + "ssl-engine-provider",
        RotatingKeysSSLEngineProvider.class.getName(),
        files + "cert-file",
        tls.certificate().toString(),
        files + "key-file",
        tls.key().toString(),
        files + "ca-cert-file",
        tls.ca().toString());
  }

  /** To be said to the cluster by one that joins these. */
  static ClusterCommand joining(List<Seed> seeds) {
    return new JoinSeedNodes(seeds.stream().map(Seed::address).toList());
  }
}
