package io.muster.app.swarm;

import static io.muster.app.swarm.Screen.Kind.BROWSER;
import static io.muster.app.swarm.Screen.Kind.ELECTRON;
import static io.muster.app.swarm.Screen.Kind.TV;

import java.util.List;

/** The fleet of the demonstration: 25 screens of a ferry harbour and a museum. */
public final class DemoScreens {
  public static final String HARBOUR = "harbour";
  public static final String MUSEUM = "museum";

  // formatter:off
  private static final List<Screen> ALL = List.of(
      steady("harbour-hall-departures", HARBOUR, "Hall, departures",        ELECTRON, "3.2.0"),
      steady("harbour-hall-arrivals",   HARBOUR, "Hall, arrivals",          ELECTRON, "3.2.0"),
      steady("harbour-gate-1",          HARBOUR, "Gate 1",                  TV,       "2.4.1"),
      steady("harbour-gate-2",          HARBOUR, "Gate 2",                  TV,       "2.4.1"),
      steady("harbour-gate-3",          HARBOUR, "Gate 3",                  TV,       "2.4.1"),
      restless("harbour-gate-4",        HARBOUR, "Gate 4, end of the pier", TV,       "2.3.7"),
      steady("harbour-car-deck-north",  HARBOUR, "Car deck, north ramp",    TV,       "2.4.1"),
      steady("harbour-car-deck-south",  HARBOUR, "Car deck, south ramp",    TV,       "2.4.1"),
      steady("harbour-tickets-1",       HARBOUR, "Ticket counter 1",        ELECTRON, "3.2.0"),
      steady("harbour-tickets-2",       HARBOUR, "Ticket counter 2",        ELECTRON, "3.1.4"),
      steady("harbour-cafe",            HARBOUR, "Café menu",               BROWSER,  "1.9.0"),
      steady("harbour-bus-stop",        HARBOUR, "Bus stop",                TV,       "2.4.0"),
      steady("harbour-lounge",          HARBOUR, "Lounge",                  BROWSER,  "1.9.0"),
      steady("museum-foyer-left",       MUSEUM,  "Foyer, left",             ELECTRON, "3.2.0"),
      steady("museum-foyer-right",      MUSEUM,  "Foyer, right",            ELECTRON, "3.2.0"),
      steady("museum-tickets",          MUSEUM,  "Tickets",                 ELECTRON, "3.2.0"),
      steady("museum-cloakroom",        MUSEUM,  "Cloakroom",               TV,       "2.4.1"),
      steady("museum-dinosaurs",        MUSEUM,  "Dinosaurs",               TV,       "2.4.1"),
      steady("museum-minerals",         MUSEUM,  "Minerals",                TV,       "2.4.1"),
      steady("museum-planetarium",      MUSEUM,  "Planetarium",             ELECTRON, "3.2.0"),
      steady("museum-whales",           MUSEUM,  "Whales",                  TV,       "2.4.1"),
      steady("museum-insects",          MUSEUM,  "Insects",                 TV,       "2.2.0"),
      steady("museum-shop",             MUSEUM,  "Shop",                    BROWSER,  "1.9.0"),
      steady("museum-restaurant",       MUSEUM,  "Restaurant menu",         BROWSER,  "1.8.2"),
      steady("museum-garden",           MUSEUM,  "Garden kiosk",            TV,       "2.4.1"));
  // formatter:on

  private DemoScreens() {}

  public static List<Screen> all() {
    return ALL;
  }

  private static Screen steady(
      String id, String organizationId, String name, Screen.Kind kind, String appVersion) {
    return new Screen(id, organizationId, name, kind, appVersion, false);
  }

  private static Screen restless(
      String id, String organizationId, String name, Screen.Kind kind, String appVersion) {
    return new Screen(id, organizationId, name, kind, appVersion, true);
  }
}
