package io.muster.actors;

import java.util.List;
import java.util.Optional;

/**
 * One page of a list that is stable under change; {@code next} is opaque and absent on the last
 * page.
 */
public record Page<T>(List<T> items, Optional<String> next) {
  public Page {
    items = List.copyOf(items);
  }
}
