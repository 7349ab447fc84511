package io.muster.actors.notify;

import io.muster.actors.OrgId;
import io.muster.actors.notify.GraceRule.Scope;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where the rules are kept. Every stage fails while the database is away. */
public interface GraceRuleStore {
  /** More would be read by every node, again and again. */
  int RULES_MAX = 1_000;

  /** Of all organisations. */
  CompletionStage<List<GraceRule>> all();

  /** Of one organisation: devices, then tags, then the organisation, each in order. */
  CompletionStage<List<GraceRule>> of(OrgId org);

  /**
   * Takes the place of a rule for the same subject.
   *
   * @throws IllegalArgumentException (in the stage) when the organisation has {@link #RULES_MAX}
   *     others
   */
  CompletionStage<Void> put(GraceRule rule);

  /** True when there was one. */
  CompletionStage<Boolean> remove(OrgId org, Scope scope, String subject);
}
