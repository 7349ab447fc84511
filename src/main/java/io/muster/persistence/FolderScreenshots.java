package io.muster.persistence;

import io.muster.actors.screen.OwnFiles;
import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.Screenshots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Screenshots in a folder of this machine, for trial and for one node. Their addresses lead to our
 * own HTTP routes and are signed with a secret that is made once and lies beside them.
 */
public final class FolderScreenshots implements Screenshots, OwnFiles {
  private static final Logger log = LoggerFactory.getLogger(FolderScreenshots.class);
  private static final int THREADS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String SECRET = "screenshots.key";
  private static final int SECRET_BYTES = 32;

  private final Path root;
  private final String publicUrl;
  private final long uploadMax;
  private final Clock clock;
  private final SecretKeySpec secret;
  private final StorageThreads threads = new StorageThreads(THREADS, PATIENCE);

  /**
   * @param root holds the folder {@code screenshots} and its secret; made when it is missing
   * @param publicUrl what stands before the path in an address; empty for none
   * @param uploadMax bytes of one file
   */
  public FolderScreenshots(Path root, String publicUrl, long uploadMax, Clock clock) {
    this.root = root.toAbsolutePath().normalize();
    this.publicUrl = publicUrl;
    this.uploadMax = uploadMax;
    this.clock = clock;
    this.secret = new SecretKeySpec(secret(this.root), "HmacSHA256");
  }

  /** A folder that cannot be used costs screenshots; it is no reason not to start. */
  private static byte[] secret(Path root) {
    try {
      return kept(root);
    } catch (IOException e) {
      log.warn("Screenshots cannot be kept in {}: {}", root, e.toString());
      return random();
    }
  }

  private static byte[] kept(Path root) throws IOException {
    var file = root.resolve(SECRET);
    if (Files.notExists(file) || Files.size(file) == 0) {
      Files.createDirectories(root);
      make(file);
    }
    var secret = Files.readAllBytes(file);
    if (secret.length != SECRET_BYTES) {
      throw new IOException("%s is damaged: remove it to have a new one made".formatted(file));
    }
    return secret;
  }

  /**
   * Whole or not at all, or a crash would leave one that signs nothing. A temporary file is
   * readable by nobody else from its first byte on, where the file system knows of owners.
   */
  private static void make(Path file) throws IOException {
    var part = Files.createTempFile(file.getParent(), ".", ".part");
    try {
      Files.write(part, random());
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static byte[] random() {
    var made = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(made);
    return made;
  }

  // ── the storage ──

  @Override
  public CompletionStage<Void> put(ScreenshotKey key, byte[] bytes) {
    return threads.run(
        () -> {
          write(key, bytes);
          return null;
        });
  }

  /** Whole or not at all: a reader never sees half a picture. */
  private void write(ScreenshotKey key, byte[] bytes) throws IOException {
    var file = file(key);
    Files.createDirectories(file.getParent());
    var part = Files.createTempFile(file.getParent(), ".", ".part");
    try {
      Files.write(part, bytes);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  @Override
  public CompletionStage<Optional<Beginning>> look(ScreenshotKey key, int bytesMax) {
    return threads.run(
        () -> {
          try (var in = Files.newInputStream(file(key))) {
            return Optional.of(new Beginning(Files.size(file(key)), in.readNBytes(bytesMax)));
          } catch (NoSuchFileException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public CompletionStage<Void> delete(ScreenshotKey key) {
    return threads.run(
        () -> {
          Files.deleteIfExists(file(key));
          return null;
        });
  }

  /** Inside of the folder, whatever the key; its form allows no way out, and this is the proof. */
  private Path file(ScreenshotKey key) {
    var file = root.resolve(key.text()).normalize();
    if (!file.startsWith(root.resolve(OwnFiles.PATH))) {
      throw new IllegalArgumentException("a key that leads elsewhere: " + key);
    }
    return file;
  }

  // ── addresses ──

  @Override
  public String url(ScreenshotKey key, Duration life) {
    return address(key, ends(life), reading(key.text(), ends(life)));
  }

  @Override
  public Upload upload(ScreenshotKey key, long bytes, Duration life) {
    var type = key.type().mediaType();
    long ends = ends(life);
    return new Upload(
        address(key, ends, writing(key.text(), ends, type, bytes)),
        "PUT",
        Map.of("Content-Type", type, "Content-Length", Long.toString(bytes)),
        Instant.ofEpochSecond(ends));
  }

  @Override
  public long uploadMax() {
    return uploadMax;
  }

  private long ends(Duration life) {
    return clock.instant().plus(life).getEpochSecond();
  }

  private String address(ScreenshotKey key, long ends, String signed) {
    return "%s/%s?expires=%d&signature=%s".formatted(publicUrl, key, ends, signature(signed));
  }

  private static String reading(String key, long ends) {
    return "GET\n%s\n%d".formatted(key, ends);
  }

  private static String writing(String key, long ends, String mediaType, long bytes) {
    return "PUT\n%s\n%d\n%s\n%d".formatted(key, ends, mediaType, bytes);
  }

  private String signature(String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(secret);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  // ── what our routes ask ──

  @Override
  public CompletionStage<Optional<Served>> read(Permit permit, Instant now) {
    var key =
        expiry(permit, now)
            .filter(ends -> isSigned(permit, reading(permit.key(), ends)))
            .flatMap(_ -> ScreenshotKey.of(permit.key()));
    if (key.isEmpty()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return threads.run(
        () -> {
          try {
            return Optional.of(new Served(key.get().type(), Files.readAllBytes(file(key.get()))));
          } catch (NoSuchFileException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public CompletionStage<Boolean> write(
      Permit permit, String mediaType, byte[] bytes, Instant now) {
    var key =
        expiry(permit, now)
            .filter(ends -> isSigned(permit, writing(permit.key(), ends, mediaType, bytes.length)))
            .flatMap(_ -> ScreenshotKey.of(permit.key()));
    if (key.isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    return threads.run(
        () -> {
          write(key.get(), bytes);
          return true;
        });
  }

  private static Optional<Long> expiry(Permit permit, Instant now) {
    return permit.expires().matches("\\d{1,12}")
        ? Optional.of(Long.valueOf(permit.expires())).filter(ends -> ends > now.getEpochSecond())
        : Optional.empty();
  }

  private boolean isSigned(Permit permit, String text) {
    return MessageDigest.isEqual(
        signature(text).getBytes(StandardCharsets.UTF_8),
        permit.signature().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    threads.close();
  }
}
