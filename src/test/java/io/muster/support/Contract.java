package io.muster.support;

import io.muster.support.ApiDocument.Operation;
import io.muster.support.HttpCaller.Exchange;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.BiPredicate;

/** Holds every exchange it sees against the OpenAPI document, and counts what it has seen. */
public final class Contract {
  private static final ApiDocument DOCUMENT = ApiDocument.rest();

  private final Set<String> seen = new ConcurrentSkipListSet<>();

  /** Fails when the document does not describe what was answered, or what was asked and taken. */
  public void hold(Exchange exchange) {
    var path = exchange.path().replaceFirst("[?].*", "");
    var reply = exchange.reply();
    insist(
        exchange,
        DOCUMENT.complaintsAbout(
            new ApiDocument.Answer(
                exchange.method(),
                path,
                reply.status(),
                reply.header("Content-Type"),
                reply.body())));
    if (exchange.body().isPresent() && reply.status() < 300) {
      insist(
          exchange,
          DOCUMENT.complaintsAboutRequest(exchange.method(), path, exchange.body().get()));
    }
    insist(
        exchange,
        DOCUMENT.headers(exchange.method(), path, reply.status()).stream()
            .filter(name -> reply.header(name).isEmpty())
            .map(name -> "no header " + name)
            .toList());
    DOCUMENT.name(exchange.method(), path).ifPresent(name -> seen.add(name + " " + reply.status()));
  }

  private static void insist(Exchange exchange, List<String> complaints) {
    if (!complaints.isEmpty()) {
      throw new AssertionError(exchange + " breaks the contract: " + complaints);
    }
  }

  /** Operation and status, such as {@code readDevice 404}. */
  public Set<String> seen() {
    return new TreeSet<>(seen);
  }

  /**
   * What the document tells of and has not been seen yet, in the words of {@link #seen}.
   *
   * @param isExpected of what is asked for
   */
  public Set<String> missing(BiPredicate<Operation, Integer> isExpected) {
    var missing = new TreeSet<String>();
    for (Operation operation : DOCUMENT.operations()) {
      operation.statuses().stream()
          .filter(status -> isExpected.test(operation, status))
          .map(status -> operation.name() + " " + status)
          .filter(word -> !seen.contains(word))
          .forEach(missing::add);
    }
    return missing;
  }
}
