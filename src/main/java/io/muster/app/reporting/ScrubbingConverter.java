package io.muster.app.reporting;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;

/** {@code %scrub(…)} in a pattern of the log: what is inside, without secrets. */
public final class ScrubbingConverter extends CompositeConverter<ILoggingEvent> {
  @Override
  protected String transform(ILoggingEvent event, String text) {
    return Scrubber.text(text);
  }
}
