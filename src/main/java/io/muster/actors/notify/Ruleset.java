package io.muster.actors.notify;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.notify.GraceRule.Scope;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The rules of all organisations. For the grace the device's own rule goes before those of its
 * tags, of which the shortest counts, for whoever marks a device as important wants to know of it
 * early; then comes the organisation's. Whether a device is muted is decided by the narrowest scope
 * that has a rule at all, so that one device can be heard in an organisation that is muted; among
 * tags one that mutes is enough.
 */
record Ruleset(Map<Key, GraceRule> rules, Duration otherwise) implements GraceRules {

  record Key(OrgId org, Scope scope, String subject) {}

  static Ruleset of(Collection<GraceRule> rules, Duration otherwise) {
    return new Ruleset(
        rules.stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    rule -> new Key(rule.org(), rule.scope(), rule.subject()),
                    Function.identity())),
        otherwise);
  }

  @Override
  public Duration graceOf(DeviceId id, OrgId org, SortedSet<String> tags) {
    if (rules.isEmpty()) {
      return otherwise;
    }
    return ofDevice(id, org)
        .flatMap(GraceRule::grace)
        .or(
            () ->
                ofTags(org, tags).stream()
                    .flatMap(rule -> rule.grace().stream())
                    .min(Duration::compareTo))
        .or(() -> ofOrganization(org).flatMap(GraceRule::grace))
        .orElse(otherwise);
  }

  @Override
  public boolean isMuted(DeviceId id, OrgId org, SortedSet<String> tags) {
    if (rules.isEmpty()) {
      return false;
    }
    var own = ofDevice(id, org);
    if (own.isPresent()) {
      return own.get().muted();
    }
    var tagged = ofTags(org, tags);
    return tagged.isEmpty()
        ? ofOrganization(org).map(GraceRule::muted).orElse(false)
        : tagged.stream().anyMatch(GraceRule::muted);
  }

  private Optional<GraceRule> ofDevice(DeviceId id, OrgId org) {
    return find(org, Scope.DEVICE, id.value());
  }

  private List<GraceRule> ofTags(OrgId org, SortedSet<String> tags) {
    return tags.stream().flatMap(tag -> find(org, Scope.TAG, tag).stream()).toList();
  }

  private Optional<GraceRule> ofOrganization(OrgId org) {
    return find(org, Scope.ORGANIZATION, "");
  }

  private Optional<GraceRule> find(OrgId org, Scope scope, String subject) {
    return Optional.ofNullable(rules.get(new Key(org, scope, subject)));
  }
}
