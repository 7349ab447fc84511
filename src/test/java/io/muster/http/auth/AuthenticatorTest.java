package io.muster.http.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.room.Action;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomView;
import io.muster.http.auth.Verdict.Device;
import io.muster.http.auth.Verdict.Refused;
import io.muster.http.auth.Verdict.User;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
class AuthenticatorTest {
  private static final String DEVICE_SECRET = "device-secret-device-secret-device-secret";
  private static final String USER_SECRET = "user-secret-user-secret-user-secret-user";
  private static final DeviceId TV = new DeviceId("tv-1");
  private static final OrgId ACME = new OrgId("acme");

  /** A clock that stands until it is moved. */
  private static final class Hands extends Clock {
    volatile Instant now = Instant.parse("2026-11-21T08:00:00Z");

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private final Hands clock = new Hands();
  private final TokenMint devices = new TokenMint(Secret.of(DEVICE_SECRET), clock);
  private final TokenMint users = new TokenMint(Secret.of(USER_SECRET), clock);
  private Authenticator authenticator =
      new Authenticator(
          Secret.of(DEVICE_SECRET),
          Optional.of(Secret.of(USER_SECRET)),
          Optional.empty(),
          Duration.ZERO,
          clock);

  private Verdict verdict(String token) {
    var stage = authenticator.verify(token).toCompletableFuture();
    assertTrue(stage.isDone(), "HS256 is answered at once");
    return stage.join();
  }

  private Map<String, Object> claims(String type) {
    var claims = new LinkedHashMap<String, Object>();
    claims.put("sub", "x-1");
    claims.put("organizationId", "acme");
    claims.put("type", type);
    claims.put("iat", clock.now.getEpochSecond());
    claims.put("exp", clock.now.plusSeconds(600).getEpochSecond());
    return claims;
  }

  private Map<String, Object> deviceClaimsWith(String claim, Object value) {
    var claims = new HashMap<>(claims("device"));
    claims.put(claim, value);
    return claims;
  }

  private static String signed(JWSAlgorithm algorithm, JWSSigner signer, Map<String, Object> claims)
      throws Exception {
    return signed(new JWSHeader.Builder(algorithm).build(), signer, claims);
  }

  private static String signed(JWSHeader header, JWSSigner signer, Map<String, Object> claims)
      throws Exception {
    var token = new JWSObject(header, new Payload(claims));
    token.sign(signer);
    return token.serialize();
  }

  private static String byDeviceSecret(Map<String, Object> claims) throws Exception {
    return signed(JWSAlgorithm.HS256, new MACSigner(DEVICE_SECRET), claims);
  }

  private static String byUserSecret(Map<String, Object> claims) throws Exception {
    return signed(JWSAlgorithm.HS256, new MACSigner(USER_SECRET), claims);
  }

  @Nested
  class A_device_token {
    @Test
    void is_its_device() {
      var minted = devices.device(TV, ACME, Optional.of("ab:cd"), TokenMint.DEVICE_LIFE);
      assertEquals(
          new Device(
              TV,
              ACME,
              minted.hash(),
              clock.now,
              clock.now.plus(Duration.ofDays(90)),
              Optional.of("ab:cd")),
          verdict(minted.token()));
      assertTrue(minted.hash().matches("[0-9a-f]{64}"));
    }

    @Test
    void of_another_issuer_may_lack_what_is_optional() throws Exception {
      var claims = claims("device");
      claims.remove("iat");
      var device = assertInstanceOf(Device.class, verdict(byDeviceSecret(claims)));
      assertEquals(Instant.EPOCH, device.issuedAt());
      assertEquals(Optional.empty(), device.deviceIdentifier());
    }

    @Test
    void expires_after_the_skew() {
      var minted = devices.device(TV, ACME, Optional.empty(), Duration.ofMinutes(1));
      clock.pass(Duration.ofSeconds(89));
      assertInstanceOf(Device.class, verdict(minted.token()));
      clock.pass(Duration.ofSeconds(1));
      assertEquals(Refused.EXPIRED, verdict(minted.token()));
    }

    @Test
    void from_the_future_is_invalid_beyond_the_skew() throws Exception {
      assertInstanceOf(
          Device.class,
          verdict(byDeviceSecret(deviceClaimsWith("iat", clock.now.getEpochSecond() + 30))));
      for (String claim : List.of("iat", "nbf")) {
        var later = deviceClaimsWith(claim, clock.now.getEpochSecond() + 31);
        assertEquals(Refused.INVALID, verdict(byDeviceSecret(later)), claim);
      }
    }

    @Test
    void with_an_unfit_claim_is_invalid() throws Exception {
      Map<String, List<Object>> unfit = new HashMap<>();
      unfit.put("sub", List.of("", "pairing", "me", "a/b", "x".repeat(129), 7));
      unfit.put("organizationId", List.of("", "a.b", "x".repeat(65), List.of("acme")));
      unfit.put("type", List.of("", "user", "Device", 1));
      unfit.put("exp", List.of("2026", -1, 1e300, true));
      unfit.put("deviceIdentifier", List.of(5, "x".repeat(300)));
      for (var claim : unfit.entrySet()) {
        for (Object value : claim.getValue()) {
          assertEquals(
              Refused.INVALID,
              verdict(byDeviceSecret(deviceClaimsWith(claim.getKey(), value))),
              claim.getKey() + " " + value);
        }
      }
      for (String missing : List.of("sub", "organizationId", "type", "exp")) {
        var claims = claims("device");
        claims.remove(missing);
        assertEquals(Refused.INVALID, verdict(byDeviceSecret(claims)), missing);
      }
    }

    @Test
    void that_was_touched_is_invalid() {
      var token = devices.device(TV, ACME, Optional.empty(), TokenMint.DEVICE_LIFE).token();
      for (int i = 0; i < token.length(); i++) {
        char other = token.charAt(i) == 'A' ? 'B' : 'A';
        var touched = token.substring(0, i) + other + token.substring(i + 1);
        assertEquals(Refused.INVALID, verdict(touched), "at " + i);
      }
    }

    @Test
    void has_one_spelling_only() {
      var token = devices.device(TV, ACME, Optional.empty(), TokenMint.DEVICE_LIFE).token();
      var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      long accepted =
          alphabet
              .chars()
              .mapToObj(last -> token.substring(0, token.length() - 1) + (char) last)
              .filter(spelling -> verdict(spelling) instanceof Device)
              .count();
      assertEquals(1, accepted);
      for (String other :
          List.of(token + "=", token + " ", " " + token, token + ".", token + "\n")) {
        assertEquals(Refused.INVALID, verdict(other));
      }
    }

    @Test
    void by_the_secret_of_users_is_invalid() throws Exception {
      assertEquals(Refused.INVALID, verdict(byUserSecret(claims("device"))));
    }

    @Test
    void may_not_choose_its_algorithm() throws Exception {
      var payload =
          "{\"sub\":\"x\",\"organizationId\":\"acme\",\"type\":\"device\",\"exp\":9999999999}";
      for (String header :
          List.of(
              "{\"alg\":\"none\"}", "{\"alg\":\"NONE\"}", "{\"alg\":\"HS256\"}", "{}", "[]", "")) {
        var unsigned = base64(header) + "." + base64(payload) + ".";
        assertEquals(Refused.INVALID, verdict(unsigned), header);
      }
      var longSecret = DEVICE_SECRET + DEVICE_SECRET;
      authenticator =
          new Authenticator(
              Secret.of(longSecret), Optional.empty(), Optional.empty(), Duration.ZERO, clock);
      for (var algorithm : List.of(JWSAlgorithm.HS384, JWSAlgorithm.HS512)) {
        var token = signed(algorithm, new MACSigner(longSecret), claims("device"));
        assertEquals(Refused.INVALID, verdict(token), algorithm.getName());
      }
    }

    @Test
    void may_not_demand_what_is_not_understood() throws Exception {
      var header =
          new JWSHeader.Builder(JWSAlgorithm.HS256)
              .criticalParams(java.util.Set.of("exp"))
              .customParam("exp", 1)
              .build();
      assertEquals(
          Refused.INVALID, verdict(signed(header, new MACSigner(DEVICE_SECRET), claims("device"))));
    }

    @Test
    void that_is_garbage_is_invalid() {
      for (String garbage :
          List.of("", ".", "..", "...", "a.b", "a.b.c", "é.é.é", "x".repeat(100_000))) {
        assertEquals(Refused.INVALID, verdict(garbage));
      }
    }

    @Test
    void with_a_claim_twice_is_invalid() throws Exception {
      var twice =
          "{\"sub\":\"a\",\"sub\":\"b\",\"organizationId\":\"acme\",\"type\":\"device\",\"exp\":9999999999}";
      var token = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), new Payload(twice));
      token.sign(new MACSigner(DEVICE_SECRET));
      assertEquals(Refused.INVALID, verdict(token.serialize()));
    }

    private String base64(String text) {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Nested
  class A_participants_token {
    private Verdict with(List<Map<String, Object>> rooms) {
      return verdict(users.participant("anna", ACME, rooms, Duration.ofMinutes(30)).token());
    }

    private RoomGrants grants(Map<String, Object> grant) {
      return ((Verdict.Participant) with(List.of(grant))).rooms();
    }

    @Test
    void is_its_participant() {
      var participant = (Verdict.Participant) with(List.of());
      assertEquals("anna", participant.session().user());
      assertEquals(ACME, participant.session().org());
      assertEquals(clock.now.plus(Duration.ofMinutes(30)), participant.expiresAt());
      assertEquals(RoomGrants.NONE, participant.rooms());
    }

    @Test
    void grants_what_it_says_where_it_says_so() {
      var grants =
          grants(
              Map.of("pattern", "session:s1", "actions", List.of("subscribe"), "as", "presenter"));
      var here = new RoomId("session", "s1");
      assertEquals(
          Optional.of("presenter"),
          grants.find(RoomView.whole(here), Action.SUBSCRIBE).orElseThrow().as());
      assertTrue(grants.find(RoomView.whole(here), Action.PUBLISH).isEmpty());
      assertTrue(
          grants.find(RoomView.whole(new RoomId("session", "s12")), Action.SUBSCRIBE).isEmpty());
    }

    @Test
    void with_a_star_grants_all_rooms_that_begin_so() {
      var grants = grants(Map.of("pattern", "session:a*", "actions", List.of("subscribe")));
      assertTrue(
          grants.find(RoomView.whole(new RoomId("session", "ab")), Action.SUBSCRIBE).isPresent());
      assertTrue(
          grants.find(RoomView.whole(new RoomId("session", "b")), Action.SUBSCRIBE).isEmpty());
    }

    @Test
    void grants_nothing_by_words_nobody_knows() {
      var grants = grants(Map.of("pattern", "session:a", "actions", List.of("rule", "SUBSCRIBE")));
      for (Action action : Action.values()) {
        assertTrue(grants.find(RoomView.whole(new RoomId("session", "a")), action).isEmpty());
      }
    }

    @Test
    void whose_rooms_are_no_list_of_grants_is_refused() {
      assertEquals(Refused.INVALID, with(List.of(Map.of("actions", List.of("subscribe")))));
    }

    @Test
    void signed_by_the_devices_secret_is_refused() {
      assertEquals(
          Refused.INVALID,
          verdict(devices.participant("anna", ACME, List.of(), Duration.ofMinutes(30)).token()));
    }
  }

  @Nested
  class A_user_token {
    @Test
    void is_its_user() {
      var minted =
          users.user("u-1", ACME, Role.OPERATOR, Optional.of("a@b.c"), TokenMint.USER_LIFE);
      assertEquals(
          new User(
              "u-1",
              ACME,
              Role.OPERATOR,
              Optional.of("a@b.c"),
              Optional.of(minted.jti()),
              clock.now,
              clock.now.plus(Duration.ofMinutes(30)),
              RoomGrants.NONE),
          verdict(minted.token()));
    }

    @Test
    void with_an_unknown_role_may_look() throws Exception {
      assertEquals(Role.VIEWER, role(Map.of("role", "emperor")));
      assertEquals(Role.VIEWER, role(Map.of()));
      assertEquals(Role.ADMIN, role(Map.of("role", "Admin")));
    }

    @Test
    void of_a_super_admin_is_an_admin_of_its_own_organisation() throws Exception {
      assertEquals(Role.ADMIN, role(Map.of("role", "viewer", "isSuperAdmin", true)));
      assertEquals(Role.VIEWER, role(Map.of("isSuperAdmin", false)));
    }

    private Role role(Map<String, Object> more) throws Exception {
      var claims = claims("user");
      claims.putAll(more);
      return ((User) verdict(byUserSecret(claims))).role();
    }

    @Test
    void by_the_secret_of_devices_is_invalid() throws Exception {
      assertEquals(Refused.INVALID, verdict(byDeviceSecret(claims("user"))));
    }

    @Test
    void that_has_expired_is_told_so() {
      var minted = users.user("u", ACME, Role.ADMIN, Optional.empty(), TokenMint.USER_LIFE);
      clock.pass(Duration.ofMinutes(31));
      assertEquals(Refused.EXPIRED, verdict(minted.token()));
    }
  }

  @Nested
  class A_token_of_an_issuer {
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private static RSAKey rsa;
    private static RSAKey weak;
    private static ECKey ec;

    private final AtomicInteger reads = new AtomicInteger();
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private volatile List<JWK> published;
    private volatile int status = 200;
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
    private HttpServer server;
    private IssuerKeys keys;

    @BeforeAll
    static void generate() throws Exception {
      rsa = new RSAKeyGenerator(2048).keyID("r1").generate();
      weak = new RSAKeyGenerator(1024, true).keyID("weak").generate();
      ec = new ECKeyGenerator(Curve.P_256).keyID("e1").generate();
    }

    @BeforeEach
    void publish() throws IOException {
      published = List.of(rsa, ec, weak);
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(executor);
      server.createContext(
          "/jwks",
          exchange -> {
            reads.incrementAndGet();
            gate.join();
            byte[] body = new JWKSet(published).toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      server.start();
      use(Optional.of("https://issuer"), Optional.of("muster"), 64 * 1024, PATIENT);
    }

    private void use(
        Optional<String> issuer, Optional<String> audience, int bytesMax, Duration patience) {
      if (keys != null) {
        keys.close();
      }
      var address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
      keys =
          new IssuerKeys(
              new IssuerKeys.Settings(
                  address,
                  issuer,
                  audience,
                  Duration.ofMinutes(5),
                  Duration.ofHours(24),
                  Duration.ofSeconds(10),
                  patience,
                  bytesMax),
              executor,
              clock);
      authenticator =
          new Authenticator(
              Secret.of(DEVICE_SECRET), Optional.empty(), Optional.of(keys), Duration.ZERO, clock);
    }

    @AfterEach
    void stop() {
      gate.complete(null);
      keys.close();
      server.stop(0);
      executor.shutdownNow();
    }

    private Verdict verdict(String token) throws Exception {
      return authenticator.verify(token).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Map<String, Object> foreign() {
      var claims = claims("user");
      claims.remove("type");
      claims.put("iss", "https://issuer");
      claims.put("aud", List.of("other", "muster"));
      return claims;
    }

    private String byRsa(String kid, Map<String, Object> claims) throws Exception {
      var header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(kid).build();
      return signed(header, new RSASSASigner(rsa), claims);
    }

    private String byEc(Map<String, Object> claims) throws Exception {
      var header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("e1").build();
      return signed(header, new ECDSASigner(ec), claims);
    }

    @Test
    void by_RS256_or_ES256_is_a_user_and_the_keys_are_read_once() throws Exception {
      for (String token : List.of(byRsa("r1", foreign()), byEc(foreign()))) {
        assertEquals("x-1", assertInstanceOf(User.class, verdict(token)).id());
      }
      assertEquals(1, reads.get());
    }

    @Test
    void without_a_key_id_means_the_only_key() throws Exception {
      published = List.of(rsa);
      assertInstanceOf(User.class, verdict(byRsa(null, foreign())));
    }

    @Test
    void without_a_key_id_means_none_of_several() throws Exception {
      published = List.of(rsa, new RSAKeyGenerator(2048).keyID("r2").generate());
      assertEquals(Refused.INVALID, verdict(byRsa(null, foreign())));
    }

    @Test
    void by_another_key_is_invalid() throws Exception {
      var other = new RSAKeyGenerator(2048).keyID("r1").generate();
      var header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("r1").build();
      assertEquals(Refused.INVALID, verdict(signed(header, new RSASSASigner(other), foreign())));
    }

    @Test
    void by_a_weak_key_is_invalid() throws Exception {
      var header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("weak").build();
      assertEquals(
          Refused.INVALID, verdict(signed(header, new RSASSASigner(weak, true), foreign())));
    }

    @Test
    void by_an_algorithm_that_is_not_listed_is_invalid() throws Exception {
      var header = new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("r1").build();
      assertEquals(Refused.INVALID, verdict(signed(header, new RSASSASigner(rsa), foreign())));
      assertEquals(0, reads.get());
    }

    @Test
    void signed_by_the_public_key_as_a_secret_is_invalid() throws Exception {
      var confused =
          signed(
              JWSAlgorithm.HS256,
              new MACSigner(rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8)),
              claims("user"));
      assertEquals(Refused.INVALID, verdict(confused));
    }

    @Test
    void for_another_audience_or_by_another_issuer_is_invalid() throws Exception {
      for (var wrong : Map.of("aud", "other", "iss", "https://evil", "type", "device").entrySet()) {
        var claims = foreign();
        claims.put(wrong.getKey(), wrong.getValue());
        assertEquals(Refused.INVALID, verdict(byRsa("r1", claims)), wrong.getKey());
      }
    }

    @Test
    void needs_no_issuer_and_audience_when_none_is_configured() throws Exception {
      use(Optional.empty(), Optional.empty(), 64 * 1024, PATIENT);
      assertInstanceOf(User.class, verdict(byRsa("r1", claims("user"))));
    }

    @Test
    void by_a_new_key_is_accepted_after_one_more_read() throws Exception {
      published = List.of(ec);
      assertInstanceOf(User.class, verdict(byEc(foreign())));
      published = List.of(ec, rsa);
      clock.pass(Duration.ofSeconds(11));
      assertInstanceOf(User.class, verdict(byRsa("r1", foreign())));
      assertEquals(2, reads.get());
    }

    @Test
    void by_an_unknown_key_does_not_make_us_read_again_and_again() throws Exception {
      for (int i = 0; i < 20; i++) {
        assertEquals(Refused.INVALID, verdict(byRsa("unknown" + i, foreign())));
      }
      assertEquals(1, reads.get());
    }

    @Test
    void by_a_withdrawn_key_is_invalid_once_the_set_is_read_again() throws Exception {
      assertInstanceOf(User.class, verdict(byRsa("r1", foreign())));
      published = List.of(ec);
      clock.pass(Duration.ofMinutes(6));
      var token = byRsa("r1", foreign());
      // The old set serves while the new one is on its way.
      assertInstanceOf(User.class, verdict(token));
      while (!(verdict(token) instanceof Refused)) {
        Thread.onSpinWait();
      }
      assertEquals(2, reads.get());
    }

    @Test
    void while_the_keys_cannot_be_read_is_neither_valid_nor_invalid() throws Exception {
      status = 500;
      assertEquals(Verdict.Unavailable.KEYS, verdict(byRsa("r1", foreign())));
      assertEquals(Verdict.Unavailable.KEYS, verdict(byRsa("r1", foreign())));
      assertEquals(1, reads.get());
      status = 200;
      clock.pass(Duration.ofSeconds(11));
      assertInstanceOf(User.class, verdict(byRsa("r1", foreign())));
    }

    @Test
    void while_the_keys_do_not_come_is_neither_valid_nor_invalid() throws Exception {
      use(Optional.empty(), Optional.empty(), 64 * 1024, Duration.ofMillis(300));
      gate = new CompletableFuture<>();
      assertEquals(Verdict.Unavailable.KEYS, verdict(byRsa("r1", foreign())));
    }

    @Test
    void while_the_set_is_too_large_is_neither_valid_nor_invalid() throws Exception {
      use(Optional.empty(), Optional.empty(), 100, PATIENT);
      assertEquals(Verdict.Unavailable.KEYS, verdict(byRsa("r1", foreign())));
    }

    @Test
    void survives_an_outage_of_the_issuer_for_a_day() throws Exception {
      assertInstanceOf(User.class, verdict(byRsa("r1", foreign())));
      status = 503;
      clock.pass(Duration.ofHours(23));
      assertInstanceOf(User.class, verdict(byRsa("r1", foreign())));
      clock.pass(Duration.ofHours(2));
      assertEquals(Verdict.Unavailable.KEYS, verdict(byRsa("r1", foreign())));
    }

    @Test
    void many_at_once_share_one_read() throws Exception {
      gate = new CompletableFuture<>();
      var verdicts = new ArrayList<CompletableFuture<Verdict>>();
      for (int i = 0; i < 50; i++) {
        verdicts.add(authenticator.verify(byRsa("r1", foreign())).toCompletableFuture());
      }
      gate.complete(null);
      for (var verdict : verdicts) {
        assertInstanceOf(User.class, verdict.get(30, TimeUnit.SECONDS));
      }
      assertEquals(1, reads.get());
    }
  }

  @Nested
  class The_mint {
    @Test
    void gives_every_token_an_id_of_its_own() {
      var one = devices.device(TV, ACME, Optional.empty(), TokenMint.DEVICE_LIFE);
      var two = devices.device(TV, ACME, Optional.empty(), TokenMint.DEVICE_LIFE);
      assertNotEquals(one.jti(), two.jti());
      assertNotEquals(one.hash(), two.hash());
    }

    @Test
    void bounds_the_life_of_a_users_token() {
      for (Duration life : List.of(Duration.ofSeconds(59), Duration.ofDays(8))) {
        assertThrows(
            IllegalArgumentException.class,
            () -> users.user("u", ACME, Role.VIEWER, Optional.empty(), life));
      }
    }
  }

  @Nested
  class A_secret {
    @Test
    void is_shown_nowhere() {
      var minted = devices.device(TV, ACME, Optional.empty(), TokenMint.DEVICE_LIFE);
      assertFalse(minted.toString().contains(minted.token()));
      assertEquals("Secret(hidden)", Secret.of(DEVICE_SECRET).toString());
      var short1 = assertThrows(IllegalArgumentException.class, () -> Secret.of("too-short"));
      assertFalse(short1.getMessage().contains("too-short"));
    }

    @Test
    void matches_itself_only() {
      var key = Secret.of(DEVICE_SECRET);
      assertTrue(key.matches(DEVICE_SECRET));
      assertFalse(key.matches(DEVICE_SECRET + "x"));
      assertFalse(key.matches(""));
    }
  }

  @Nested
  class A_presented_credential {
    @Test
    void is_read_from_the_authorization_header() {
      assertEquals(Optional.of("a.b.c"), Presented.bearer("Bearer a.b.c"));
      assertEquals(Optional.of("a.b.c"), Presented.bearer("bearer  a.b.c "));
      for (String other : List.of("", "Bearer", "Bearer ", "Basic abc", "a.b.c")) {
        assertEquals(Optional.empty(), Presented.bearer(other));
      }
    }

    @Test
    void is_read_from_the_cookie_of_its_exact_name() {
      var cookies = "x_token=1; token=a.b.c; token=second; quoted=\"q\"; empty=";
      assertEquals(Optional.of("a.b.c"), Presented.cookie(cookies, "token"));
      assertEquals(Optional.of("q"), Presented.cookie(cookies, "quoted"));
      for (String other : List.of("TOKEN", "oken", "empty", "missing")) {
        assertEquals(Optional.empty(), Presented.cookie(cookies, other));
      }
    }
  }
}
