package io.muster.persistence;

import java.sql.SQLException;

/** Why a batch was not written, as far as it matters for what to do next. */
enum Trouble {
  /** The store is not there, or not well: the same batch will do later. */
  AWAY,
  /** Others wrote the same at the same moment: the same batch will do now. */
  RACE,
  /** Something in the batch can never be written. */
  ROW;

  static Trouble of(Exception failure) {
    if (!(failure instanceof SQLException sql)) {
      return ROW; // the driver could make nothing of what it was given
    }
    if (SqlState.isDuplicate(sql) || SqlState.isRollback(sql)) {
      return RACE;
    }
    return SqlState.isAboutTheRow(sql) ? ROW : AWAY;
  }
}
