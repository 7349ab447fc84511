package io.muster.persistence;

import io.muster.actors.canary.CanaryJournal;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceState;
import io.muster.actors.room.Published;
import io.muster.actors.room.RoomState;
import java.io.NotSerializableException;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Between the journal and what has happened: JSON under stable names with versions, never class
 * names. Every name ever released has a golden file and stays readable.
 */
public final class JournalSerializer extends SerializerWithStringManifest {
  /** Stored with every event: it never changes. */
  static final int IDENTIFIER = 30_020;

  private static final String CANARY = "canary-written.v1";

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object fact) {
    return switch (fact) {
      case DeviceEvent event -> EventJson.manifest(event);
      case DeviceState _ -> StateJson.MANIFEST;
      case CanaryJournal.Written _ -> CANARY;
      case Published _ -> RoomJson.PUBLISHED;
      case RoomState _ -> RoomJson.STATE;
      default -> throw foreign(fact);
    };
  }

  @Override
  public byte[] toBinary(Object fact) {
    return switch (fact) {
      case DeviceEvent event -> JsonWriter.object(json -> EventJson.write(json, event));
      case DeviceState state -> JsonWriter.object(json -> StateJson.write(json, state));
      case CanaryJournal.Written written ->
          JsonWriter.object(json -> json.instant("at", written.at()));
      case Published published -> JsonWriter.object(json -> RoomJson.write(json, published));
      case RoomState state -> JsonWriter.object(json -> RoomJson.write(json, state));
      default -> throw foreign(fact);
    };
  }

  /**
   * @throws NotSerializableException for a name this version does not know, or bytes that are not
   *     what the name says
   */
  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    try {
      var json = JsonReader.object(bytes);
      return switch (manifest) {
        case StateJson.MANIFEST -> StateJson.read(json);
        case CANARY -> new CanaryJournal.Written(json.instant("at"));
        case RoomJson.PUBLISHED -> RoomJson.published(json);
        case RoomJson.STATE -> RoomJson.state(json);
        default -> EventJson.read(manifest, json);
      };
    } catch (RuntimeException e) {
      var unreadable =
          new NotSerializableException("cannot read '" + manifest + "': " + e.getMessage());
      unreadable.initCause(e);
      throw unreadable;
    }
  }

  private static IllegalArgumentException foreign(Object fact) {
    return new IllegalArgumentException("the journal does not keep a " + fact.getClass().getName());
  }
}
