package io.muster.actors.room.type;

import io.muster.actors.document.DocEngine;
import io.muster.actors.document.YjsUpdates;
import io.muster.actors.room.Action;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Visitor;
import java.util.Optional;

/**
 * A document that several edit at once, such as {@code records:r1}: {@code records:view} lets
 * somebody in, {@code records:edit} lets somebody write.
 */
public final class RecordsType implements RoomType {
  public static final String NAME = "records";

  private final DocEngine engine = new YjsUpdates();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<DocEngine> documents() {
    return Optional.of(engine);
  }

  @Override
  public boolean authorises(Visitor visitor, RoomView place, Action action, boolean isGranted) {
    return isGranted
        || action.isReading() && visitor.may(NAME, "view")
        || action != Action.PUBLISH && action != Action.ADMIN && visitor.may(NAME, "edit");
  }
}
