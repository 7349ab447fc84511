package io.muster.actors;

/**
 * Told of each change of a device's status by the node that owns the device, after it was
 * journalled: for those who keep it where other programs look, in Redis or in the tables of a CMS.
 * Called by device actors: must not block, must not fail, and is awaited by nobody.
 */
public interface Transitions {

  void changed(DeviceView device);

  /** Away long enough for programs that know two words only: it is offline to them. */
  void missing(DeviceView device);

  /** Tells both, one after the other. */
  default Transitions and(Transitions other) {
    var first = this;
    return new Transitions() {
      @Override
      public void changed(DeviceView device) {
        first.changed(device);
        other.changed(device);
      }

      @Override
      public void missing(DeviceView device) {
        first.missing(device);
        other.missing(device);
      }
    };
  }
}
