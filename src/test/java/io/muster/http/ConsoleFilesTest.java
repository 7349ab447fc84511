package io.muster.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The console's files, as they are served: `/console/` from `web/`, `/webjars/` from the jars. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ConsoleFilesTest {
  private static final Pattern IMPORT = Pattern.compile("from '([^']+)'");
  private static final Pattern LINK = Pattern.compile("(?:src|href)=\"([^\"]+)\"");

  @Test
  void every_import_leads_to_a_file_that_is_served() throws Exception {
    var lost = new ArrayList<String>();
    for (Path module : files(".js")) {
      for (String target : found(IMPORT, module)) {
        // From /console/, `../webjars/` is the folder beside it.
        var at = web().relativize(module.resolveSibling(target).normalize()).toString();
        var resource =
            at.startsWith("../webjars/") ? "/META-INF/resources/" + at.substring(3) : "/web/" + at;
        if (getClass().getResource(resource) == null) {
          lost.add(module.getFileName() + " → " + target);
        }
      }
    }
    assertEquals(List.of(), lost);
  }

  @Test
  void the_page_links_to_files_that_are_served() throws Exception {
    var lost = new ArrayList<>(found(LINK, web().resolve("index.html")));
    lost.removeIf(link -> getClass().getResource(resourceOf(link)) != null);
    assertEquals(List.of(), lost);
  }

  @Test
  void nothing_that_devices_say_can_become_markup_or_code() throws Exception {
    for (Path module : files(".js")) {
      var source = Files.readString(module);
      for (String way :
          List.of("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function")) {
        assertFalse(source.contains(way), () -> module.getFileName() + " uses " + way);
      }
    }
  }

  @Test
  void the_page_has_no_script_and_no_style_of_its_own_that_the_policy_would_have_to_allow()
      throws Exception {
    var page = Files.readString(web().resolve("index.html"));
    assertFalse(
        Pattern.compile("<script(?![^>]*\\ssrc=)|<style|\\sstyle=|\\son\\w+=")
            .matcher(page)
            .find());
    var policy = Files.readString(web().resolve("content-security-policy.txt"));
    assertTrue(policy.contains("script-src 'self';") && !policy.contains("unsafe"), policy);
  }

  private static String resourceOf(String link) {
    return link.startsWith("console/")
        ? "/web/" + link.substring("console/".length())
        : "/META-INF/resources/" + link;
  }

  private static Path web() throws URISyntaxException {
    return Path.of(ConsoleFilesTest.class.getResource("/web").toURI());
  }

  private static List<Path> files(String ending) throws IOException, URISyntaxException {
    try (var all = Files.walk(web())) {
      return all.filter(path -> path.toString().endsWith(ending)).toList();
    }
  }

  private static List<String> found(Pattern pattern, Path file) throws IOException {
    return pattern.matcher(Files.readString(file)).results().map(match -> match.group(1)).toList();
  }
}
