package io.muster.persistence;

import io.muster.support.Store;

class EmbeddedProjectionTest extends ProjectionContract {
  @Override
  Store open() {
    return Store.embedded();
  }
}
