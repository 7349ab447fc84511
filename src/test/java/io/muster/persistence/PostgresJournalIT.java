package io.muster.persistence;

import io.muster.support.Store;

class PostgresJournalIT extends JournalContract {
  @Override
  Store open() {
    return Store.postgres();
  }
}
