package io.muster.http.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.Telemetry.Surface;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SurfacesTest {
  @ParameterizedTest
  @CsvSource({
    "/,                                   CONSOLE",
    "/console/app.js,                     CONSOLE",
    "/webjars/lit/lit.js,                 CONSOLE",
    "/openapi.json,                       DOCUMENTS",
    "/health,                             HEALTH",
    "/health/ready,                       HEALTH",
    "/metrics,                            METRICS",
    "/api/v1/devices,                     DEVICES",
    "/api/v1/devices/tv-1,                DEVICES",
    "/api/v1/devices/tv-1/tags,           DEVICES",
    "/api/v1/devices/commands,            DEVICES",
    "/api/v1/devices/tv-1/commands,       COMMANDS",
    "/api/v1/devices/tv-1/commands/c/x,   COMMANDS",
    "/api/v1/devices/tv-1/screenshots,    SCREENSHOTS",
    "/screenshots/acme/tv-1/1.png,        SCREENSHOTS",
    "/api/v1/commands,                    BATCHES",
    "/api/v1/sessions/revoke,             SESSIONS",
    "/api/v1/devices/pairing/status/AAA,  PAIRING",
    "/api/v1/devices/auth/check,          PAIRING",
    "/api/v1/outages,                     NOTIFICATIONS",
    "/api/v1/notifications/n-1/read,      NOTIFICATIONS",
    "/api/v1/grace-rules/tags/lobby,      NOTIFICATIONS",
    "/api/v1,                             OTHER",
    "/api/v1/,                            OTHER",
    "/api/push/playlist,                  BACK_END",
    "/api/internal/command,               BACK_END",
    "/api/v1/cluster/nodes/north/drain,   CLUSTER",
    "/api/internal/metrics,               METRICS",
    "/api/commands/broadcast,             BACK_END",
    "/api/notifications/broadcast,        BACK_END",
    "/api/health/ready,                   HEALTH",
    "/api/status,                         HEALTH",
    "/api/nothing,                        OTHER",
    "/nothing,                            OTHER"
  })
  void every_path_is_part_of_one(String path, Surface expected) {
    assertEquals(expected, Surfaces.of(path));
  }
}
