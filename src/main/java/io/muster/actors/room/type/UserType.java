package io.muster.actors.room.type;

import io.muster.actors.room.Action;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Visitor;

/** What is told to one person: {@code user:u1} is read by the user of that id. */
public final class UserType implements RoomType {
  public static final String NAME = "user";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean authorises(Visitor visitor, RoomView place, Action action, boolean isGranted) {
    return isGranted || action.isReading() && visitor.id().equals(place.room().key());
  }
}
