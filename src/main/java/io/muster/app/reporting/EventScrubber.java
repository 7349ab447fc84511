package io.muster.app.reporting;

import io.sentry.Breadcrumb;
import io.sentry.SentryEvent;
import io.sentry.protocol.Message;
import io.sentry.protocol.SentryException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Takes out of a report whatever is nobody's business there. */
final class EventScrubber {
  // More than a person reads, and what a server keeps of it.
  private static final int TEXT_MAX = 8_192;

  private EventScrubber() {}

  static SentryEvent event(SentryEvent event) {
    // We set neither; what a library may have set is not looked at but dropped.
    event.setRequest(null);
    event.setUser(null);
    message(event.getMessage());
    Optional.ofNullable(event.getExceptions()).ifPresent(all -> all.forEach(EventScrubber::cause));
    Optional.ofNullable(event.getBreadcrumbs()).ifPresent(all -> all.forEach(EventScrubber::crumb));
    Optional.ofNullable(event.getExtras()).ifPresent(e -> event.setExtras(Scrubber.map(e)));
    Optional.ofNullable(event.getTags()).ifPresent(tags -> event.setTags(texts(tags)));
    Optional.ofNullable(event.getTransaction()).ifPresent(t -> event.setTransaction(text(t)));
    for (Map.Entry<String, Object> context : event.getContexts().entrySet()) {
      if (context.getValue() instanceof Map<?, ?> map) {
        event.getContexts().put(context.getKey(), Scrubber.map(map));
      }
    }
    return event;
  }

  static Breadcrumb crumb(Breadcrumb crumb) {
    Optional.ofNullable(crumb.getMessage()).ifPresent(said -> crumb.setMessage(text(said)));
    Scrubber.map(crumb.getData()).forEach(crumb::setData);
    return crumb;
  }

  private static void message(Message message) {
    if (message == null) {
      return;
    }
    Optional.ofNullable(message.getMessage()).ifPresent(said -> message.setMessage(text(said)));
    Optional.ofNullable(message.getFormatted()).ifPresent(said -> message.setFormatted(text(said)));
    Optional.ofNullable(message.getParams())
        .ifPresent(all -> message.setParams(List.copyOf(all.stream().map(p -> param(p)).toList())));
  }

  private static String param(String said) {
    return said == null ? "null" : text(said);
  }

  private static void cause(SentryException cause) {
    Optional.ofNullable(cause.getValue()).ifPresent(said -> cause.setValue(text(said)));
  }

  private static Map<String, String> texts(Map<String, String> said) {
    return said.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                one -> Scrubber.isSecret(one.getKey()) ? "[hidden]" : text(one.getValue())));
  }

  private static String text(String said) {
    // Cut first: nobody may buy our time with a long message.
    return Scrubber.text(said.length() <= TEXT_MAX ? said : said.substring(0, TEXT_MAX) + "…");
  }
}
