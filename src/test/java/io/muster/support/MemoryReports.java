package io.muster.support;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.Impression;
import io.muster.actors.telemetry.Report;
import io.muster.actors.telemetry.Reports;
import io.muster.actors.telemetry.Statistics;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Reports in memory, and what they add up to. */
public final class MemoryReports implements Reports, Statistics {
  private final Map<List<Object>, Report> kept = new LinkedHashMap<>();

  @Override
  public synchronized CompletionStage<Kept> keep(Report report) {
    var before = kept.putIfAbsent(key(report), report);
    return CompletableFuture.completedFuture(before == null ? Kept.STORED : Kept.REPEATED);
  }

  private static List<Object> key(Report report) {
    Object kind =
        switch (report) {
          case Impression i -> i.kind();
          case ContentError e -> e.type();
        };
    return List.of(report.device(), report.at(), report.content(), kind);
  }

  public synchronized List<Report> all() {
    return List.copyOf(kept.values());
  }

  private record Place(LocalDate day, String subject) {}

  @Override
  public synchronized CompletionStage<Page<Daily>> daily(
      OrgId org, Days days, By by, int size, Optional<String> token) {
    if (size < 1 || size > PAGE_MAX || token.isPresent() && !token.get().startsWith("after ")) {
      return CompletableFuture.failedFuture(new IllegalArgumentException("size or token"));
    }
    var sums =
        new TreeMap<Place, List<Impression>>(
            Comparator.comparing(Place::day).thenComparing(Place::subject));
    for (var report : kept.values()) {
      if (report instanceof Impression i
          && i.org().equals(org)
          && !i.day().isBefore(days.from())
          && !i.day().isAfter(days.to())) {
        sums.computeIfAbsent(new Place(i.day(), subject(by, i)), _ -> new ArrayList<>()).add(i);
      }
    }
    var rows =
        sums.entrySet().stream()
            .map(e -> daily(e.getKey(), e.getValue()))
            .filter(
                d ->
                    token
                        .map(t -> ("after " + d.day() + d.subject()).compareTo(t) > 0)
                        .orElse(true))
            .toList();
    var page = rows.stream().limit(size).toList();
    return CompletableFuture.completedFuture(
        new Page<>(
            page,
            rows.size() > size
                ? Optional.of("after " + page.getLast().day() + page.getLast().subject())
                : Optional.empty()));
  }

  private static String subject(By by, Impression i) {
    return switch (by) {
      case DEVICE -> i.device().value();
      case CONTENT -> i.content();
      case ORGANIZATION -> i.org().value();
    };
  }

  private static Daily daily(Place place, List<Impression> all) {
    var kinds =
        all.stream().collect(Collectors.groupingBy(Impression::kind, Collectors.counting()));
    return new Daily(
        place.day(),
        place.subject(),
        kinds.getOrDefault(Impression.Kind.START, 0L),
        kinds.getOrDefault(Impression.Kind.END, 0L),
        all.stream().mapToLong(i -> i.seconds().orElse(0)).sum(),
        all.stream().mapToLong(i -> i.completion().orElse(0)).sum(),
        all.stream().filter(i -> i.completion().isPresent()).count());
  }

  @Override
  public synchronized CompletionStage<List<ContentError>> errors(
      OrgId org, DeviceId device, Instant after, int max) {
    return CompletableFuture.completedFuture(
        kept.values().stream()
            .filter(ContentError.class::isInstance)
            .map(ContentError.class::cast)
            .filter(e -> e.org().equals(org) && e.device().equals(device))
            .filter(e -> e.received().isAfter(after))
            .sorted(Comparator.comparing(ContentError::received).reversed())
            .limit(max)
            .toList());
  }
}
