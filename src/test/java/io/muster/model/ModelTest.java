package io.muster.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.muster.model.Model.Command;
import io.muster.model.Model.Guard;
import io.muster.model.Model.Socket;
import io.muster.model.Model.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that can happen to one device, in every order. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ModelTest {
  private static final int STATES_MAX = 3_000_000;

  /** What is wrong somewhere in the model; empty when nothing is. */
  private static Optional<String> searched(Model model) {
    Map<State, List<State>> before = new HashMap<>();
    var open = new ArrayDeque<>(List.of(State.FIRST));
    before.put(State.FIRST, new ArrayList<>());
    while (!open.isEmpty()) {
      var state = open.poll();
      var broken = broken(state);
      if (broken.isPresent()) {
        return broken;
      }
      for (State next : model.next(state)) {
        var known = before.get(next);
        if (known == null) {
          known = new ArrayList<>(2);
          before.put(next, known);
          open.add(next);
        }
        known.add(state);
      }
      if (before.size() > STATES_MAX) {
        throw new AssertionError("the model is too large");
      }
    }
    return lost(before);
  }

  private static Optional<String> broken(State state) {
    var epochs = state.sockets().stream().map(Socket::epoch).filter(epoch -> epoch > 0).toList();
    if (new HashSet<>(epochs).size() < epochs.size()) {
      return Optional.of("two owners: " + state);
    }
    if (state.falseAlert()) {
      return Optional.of("false alert: " + state);
    }
    if (state.journal().command() == Command.DONE && state.effects() == 0) {
      return Optional.of("done by nobody: " + state);
    }
    return Optional.empty();
  }

  /** A state from which none that is well can be reached any more. */
  private static Optional<String> lost(Map<State, List<State>> before) {
    var saved = new HashSet<State>();
    var open = new ArrayDeque<State>();
    before.keySet().stream().filter(State::isWell).forEach(open::add);
    while (!open.isEmpty()) {
      var state = open.poll();
      if (saved.add(state)) {
        open.addAll(before.get(state));
      }
    }
    // A client that has used up its connections is not lost, the model is at its end.
    return before.keySet().stream()
        .filter(state -> !saved.contains(state) && state.isGone())
        .findFirst()
        .map(state -> "never well again: " + state);
  }

  @Test
  void no_order_of_events_does_harm() {
    assertEquals(Optional.empty(), searched(Model.complete()));
  }

  @ParameterizedTest
  @EnumSource
  void each_guard_is_needed(Guard guard) {
    assertNotEquals(Optional.empty(), searched(Model.without(guard)));
  }
}
