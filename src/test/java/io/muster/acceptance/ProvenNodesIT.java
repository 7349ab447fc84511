package io.muster.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.Certificates;
import io.muster.support.TestCluster;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that show each other certificates. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ProvenNodesIT {
  @TempDir private static Path dir;
  private static Certificates ours;
  private static Certificates others;
  private static TestCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    ours = Certificates.in(dir.resolve("ours"));
    others = Certificates.in(dir.resolve("others"));
    cluster =
        TestCluster.of(
            2,
            Map.of(
                "muster.cluster.tls.certificate", ours.certificate().toString(),
                "muster.cluster.tls.key", ours.key().toString(),
                "muster.cluster.tls.ca", ours.ca().toString()));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void are_one_cluster() {
    var told = cluster.node(1).admin("acme").get("/api/v1/cluster").json();
    assertEquals(2, told.path("members").size(), told::toString);
  }

  @Test
  void let_in_whoever_has_a_certificate_of_their_authority() throws Exception {
    assertTrue(heardAfterHandshake(Optional.of(ours)));
  }

  @Test
  void let_nobody_in_with_one_of_another_authority_or_with_none() {
    assertThrows(IOException.class, () -> heardAfterHandshake(Optional.of(others)));
    assertThrows(IOException.class, () -> heardAfterHandshake(Optional.empty()));
  }

  /** A server tells that it does not want the client only when the client reads. */
  private static boolean heardAfterHandshake(Optional<Certificates> shown) throws Exception {
    try (var socket =
        (SSLSocket)
            context(shown)
                .getSocketFactory()
                .createSocket("127.0.0.1", cluster.node(0).settings().cluster().port())) {
      socket.setSoTimeout(1_000);
      socket.startHandshake();
      try {
        return socket.getInputStream().read() >= 0;
      } catch (SocketTimeoutException e) {
        return true; // it waits for what we say
      }
    }
  }

  private static SSLContext context(Optional<Certificates> shown) throws Exception {
    var trusted = KeyStore.getInstance(ours.keys().toFile(), Certificates.PASSWORD.toCharArray());
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    var anchors = KeyStore.getInstance(KeyStore.getDefaultType());
    anchors.load(null, null);
    anchors.setCertificateEntry("ca", trusted.getCertificate("ca"));
    trust.init(anchors);
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    if (shown.isPresent()) {
      var store =
          KeyStore.getInstance(shown.get().keys().toFile(), Certificates.PASSWORD.toCharArray());
      store.deleteEntry("ca");
      keys.init(store, Certificates.PASSWORD.toCharArray());
    } else {
      keys.init(null, null);
    }
    var context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
