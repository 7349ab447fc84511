package io.muster.actors.dashboard;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceView;
import io.muster.actors.LastSeen.Seen;
import io.muster.actors.Wire;
import java.util.List;
import java.util.Optional;

/** What is told to everybody who watches an organisation; between nodes by these names. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @Type(value = ToDashboard.DeviceChanged.class, name = "device-changed"),
  @Type(value = ToDashboard.DeviceMissing.class, name = "device-missing"),
  @Type(value = ToDashboard.Sampled.class, name = "sampled"),
  @Type(value = ToDashboard.CommandMoved.class, name = "command-moved"),
  @Type(value = ToDashboard.Told.class, name = "told")
})
public sealed interface ToDashboard extends Wire {

  /** A fact about a device, journalled before it was told. */
  record DeviceChanged(DeviceView device) implements ToDashboard {}

  /**
   * A device has been away long enough for the wire that knows only two words: it is {@code
   * offline} there.
   */
  record DeviceMissing(DeviceView device) implements ToDashboard {}

  /** Hints, some seconds old. */
  record Sampled(List<Seen> samples) implements ToDashboard {
    public Sampled {
      samples = List.copyOf(samples);
    }
  }

  record CommandMoved(CommandView command) implements ToDashboard {}

  /**
   * An event in the words of the wire, for everybody or for one user only; not remembered.
   *
   * @param payload one JSON object
   */
  record Told(String event, String payload, Optional<String> user) implements ToDashboard {}
}
