package io.muster.persistence;

import io.muster.support.Store;

class EmbeddedJournalTest extends JournalContract {
  @Override
  Store open() {
    return Store.embedded();
  }
}
