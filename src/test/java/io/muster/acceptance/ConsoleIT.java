package io.muster.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.abort;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.WebSocketRoute;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.muster.support.Demo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A person opens the console in a real browser while the demo's fleet runs. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ConsoleIT {
  private static final double PATIENCE_MILLIS = 30_000;

  private static Demo demo;
  private static Playwright playwright;
  private static Browser browser;

  private final List<String> complaints = new ArrayList<>();
  private Page page;

  @BeforeAll
  static void start() throws Exception {
    var chromium = chromium();
    if (chromium.isEmpty()) {
      System.err.println("SKIPPED: no Chromium on this machine, nobody looks at the console.");
      abort("no Chromium");
    }
    demo = Demo.start();
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new LaunchOptions()
                    .setExecutablePath(chromium.get())
                    .setArgs(
                        List.of(
                            "--no-sandbox", "--disable-gpu", "--disable-background-networking")));
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
  }

  @AfterAll
  static void stop() throws Exception {
    if (playwright != null) {
      playwright.close();
    }
    if (demo != null) {
      demo.close();
    }
  }

  @BeforeEach
  void open() {
    page = browser.newPage();
    page.setDefaultTimeout(PATIENCE_MILLIS);
    page.onPageError(complaints::add);
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error")
              || message.text().contains("Content Security Policy")) {
            complaints.add(message.text());
          }
        });
  }

  @AfterEach
  void leave() {
    if (page != null) {
      page.context().close();
    }
  }

  @Test
  void the_sign_in_link_shows_the_whole_fleet_online_and_leaves_no_token_in_the_address() {
    signIn();
    assertThat(page.locator(".row").first()).isVisible();
    var total = page.locator(".count").first().locator("b");
    assertThat(total).not().hasText("0");
    assertThat(page.locator(".count.online b")).hasText(total.innerText());
    assertFalse(page.url().contains("token"), page.url());
    assertEquals(List.of(), complaints);
  }

  @Test
  void a_command_is_sent_and_seen_acknowledged() {
    signIn();
    page.locator(".row").first().click();
    page.locator("select[name=type]").selectOption("reload");
    page.locator(".send button.primary").click();
    assertThat(page.locator(".command").first()).hasAttribute("data-state", "acknowledged");
    assertThat(page.locator(".command.open .timeline b"))
        .hasText(new String[] {"queued", "sent", "acknowledged"});
    assertEquals(List.of(), complaints);
  }

  @Test
  void what_is_shown_is_narrowed_by_what_is_typed() {
    signIn();
    var id = page.locator(".row .c-id").first().innerText();
    page.keyboard().press("/");
    page.keyboard().type(id);
    assertThat(page.locator(".row .c-id").first()).hasText(id);
    assertThat(page.locator(".matching")).hasText(Pattern.compile("\\d+ of \\d+"));
  }

  @Test
  void a_lost_connection_is_said_and_mended_with_a_fresh_picture() {
    var link = new Link();
    page.routeWebSocket("**/ws/dashboard", link::connect);
    signIn();
    link.cut();
    assertThat(page.locator("div.lost")).isVisible();
    assertThat(page.locator(".row .c-status").first()).hasText(Pattern.compile("^was "));
    link.mend();
    assertThat(page.locator(".pulse.live")).isVisible();
    assertThat(page.locator("div.lost")).isHidden();
    assertThat(page.locator(".row .c-status").first()).hasText(Pattern.compile("^(?!was )"));
  }

  /** What is between the browser and the gateway. */
  private static final class Link {
    private final List<WebSocketRoute> open = new ArrayList<>();
    private boolean isCut;

    void connect(WebSocketRoute route) {
      if (isCut) {
        route.close();
      } else {
        route.connectToServer();
        open.add(route);
      }
    }

    void cut() {
      isCut = true;
      open.forEach(WebSocketRoute::close);
      open.clear();
    }

    void mend() {
      isCut = false;
    }
  }

  @Test
  void a_token_that_is_no_good_is_answered_in_the_words_of_the_gateway() {
    page.navigate(demo.address());
    page.locator("#token").fill("eyJhbGciOiJIUzI1NiJ9.e30.c2ln");
    page.locator("button.primary").click();
    assertThat(page.locator(".problem .code")).hasText("AUTH_INVALID");
  }

  private void signIn() {
    page.navigate(demo.signInLink());
    assertThat(page.locator(".pulse.live"))
        .isVisible(new IsVisibleOptions().setTimeout(PATIENCE_MILLIS));
  }

  private static Optional<Path> chromium() {
    return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }
}
