package io.muster.actors.room.type;

import io.muster.actors.room.Action;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Visitor;

/** What is told to an organisation: {@code org:acme} is read by its users. */
public final class OrgType implements RoomType {
  public static final String NAME = "org";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean authorises(Visitor visitor, RoomView place, Action action, boolean isGranted) {
    return isGranted
        || action.isReading()
            && visitor.isUser()
            && visitor.org().value().equals(place.room().key());
  }
}
