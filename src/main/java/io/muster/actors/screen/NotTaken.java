package io.muster.actors.screen;

/** Why a screenshot was not taken in. */
public enum NotTaken {
  MALFORMED,
  TOO_LARGE,
  NOT_BASE64,
  NOT_AN_IMAGE,
  TOO_MANY_PIXELS,
  /** A key that this device was not given. */
  NOT_YOURS,
  /** Nothing was uploaded under the key. */
  NOT_THERE,
  /** This node has as much under way as it can hold. */
  BUSY,
  /** The storage has failed several times in a row and is left alone for a while. */
  STORAGE_AWAY,
  FAILED
}
