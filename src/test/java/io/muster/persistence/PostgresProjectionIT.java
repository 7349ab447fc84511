package io.muster.persistence;

import io.muster.support.Store;

class PostgresProjectionIT extends ProjectionContract {
  @Override
  Store open() {
    return Store.postgres();
  }
}
