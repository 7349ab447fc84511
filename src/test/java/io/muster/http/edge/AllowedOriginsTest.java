package io.muster.http.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AllowedOriginsTest {
  private static final String OURS = "https://fleet.example";
  private final AllowedOrigins any = AllowedOrigins.of(List.of("*", OURS));

  private static HttpHeaders from(String origin) {
    return new DefaultHttpHeaders().set("Host", "muster").set("Origin", origin);
  }

  @Test
  void any_page_may_come_without_a_cookie() {
    assertTrue(any.mayUseCookie(from("https://else.example")));
  }

  @Test
  void only_a_named_page_or_our_own_may_use_a_cookie() {
    assertFalse(any.mayUseCookie(from("https://else.example").set("Cookie", "a=b")));
    assertTrue(any.mayUseCookie(from(OURS).set("Cookie", "a=b")));
    assertTrue(any.mayUseCookie(from("https://muster").set("Cookie", "a=b")));
  }

  @Test
  void a_named_page_beside_a_star_is_answered_by_its_name() {
    var answer = new DefaultHttpHeaders();
    any.permit(from(OURS), answer);
    assertEquals(OURS, answer.get("Access-Control-Allow-Origin"));
    assertEquals("true", answer.get("Access-Control-Allow-Credentials"));
  }
}
