package io.muster.http.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.Route;

/** The console's files and the documents of the API, served as they lie in the jar. */
final class WebRoutes extends Directives {
  private static final List<HttpHeader> HEADERS =
      List.of(
          RawHeader.create(
              "Content-Security-Policy", resource("web/content-security-policy.txt").strip()),
          RawHeader.create("X-Content-Type-Options", "nosniff"),
          RawHeader.create("Referrer-Policy", "no-referrer"),
          RawHeader.create("X-Frame-Options", "DENY"),
          RawHeader.create("Cache-Control", "no-cache"));

  Route files() {
    return respondWithHeaders(
        HEADERS,
        () ->
            concat(
                pathSingleSlash(() -> getFromResource("web/index.html")),
                pathPrefix("console", () -> getFromResourceDirectory("web")),
                pathPrefix(
                    "webjars", () -> getFromResourceDirectory("META-INF/resources/webjars"))));
  }

  Route documents() {
    return concat(
        path("openapi.json", () -> getFromResource("openapi.json")),
        path("asyncapi.json", () -> getFromResource("asyncapi.json")));
  }

  private static String resource(String name) {
    try (InputStream in = WebRoutes.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the build lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
