package io.muster.support;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** An authority of its own and the certificate of a node, made by the JDK's keytool. */
public record Certificates(Path keys, Path certificate, Path key, Path ca) {
  public static final String PASSWORD = "password";

  public static Certificates in(Path dir) throws IOException, GeneralSecurityException {
    Files.createDirectories(dir);
    var store = dir.resolve("keys.p12");
    pair(store, "ca", "CN=authority", "BC:critical=ca:true");
    pair(store, "node", "CN=muster", "SAN=DNS:muster");
    keytool(store, "-certreq", "-alias", "node", "-file", dir.resolve("node.csr").toString());
    keytool(
        store,
        "-gencert",
        "-alias",
        "ca",
        "-ext",
        "SAN=DNS:muster",
        "-infile",
        dir.resolve("node.csr").toString(),
        "-outfile",
        dir.resolve("node.crt").toString(),
        "-rfc");
    keytool(
        store,
        "-importcert",
        "-noprompt",
        "-alias",
        "node",
        "-file",
        dir.resolve("node.crt").toString());
    var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    var key = keys.getKey("node", PASSWORD.toCharArray());
    return new Certificates(
        store,
        pem(dir.resolve("node.pem"), "CERTIFICATE", keys.getCertificate("node").getEncoded()),
        pem(dir.resolve("node.key"), "PRIVATE KEY", key.getEncoded()),
        pem(dir.resolve("ca.pem"), "CERTIFICATE", keys.getCertificate("ca").getEncoded()));
  }

  private static void pair(Path store, String alias, String name, String extension)
      throws IOException {
    keytool(
        store,
        "-genkeypair",
        "-alias",
        alias,
        "-keyalg",
        "RSA",
        "-keysize",
        "2048",
        "-validity",
        "3650",
        "-dname",
        name,
        "-ext",
        extension);
  }

  private static void keytool(Path store, String... arguments) throws IOException {
    var home = Path.of(System.getProperty("java.home"));
    var command = new ArrayList<>(List.of(home.resolve("bin/keytool").toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() != 0) {
        throw new IOException("failed: " + command);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static Path pem(Path file, String what, byte[] der) throws IOException {
    var text = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what));
  }
}
