package io.muster.app.reporting;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** The log as one JSON object a line, for programs to read; without secrets, as the text is. */
public final class JsonLines extends JsonEncoder {
  public JsonLines() {
    setWithFormattedMessage(true);
    setWithMessage(false);
    setWithArguments(false);
    setWithSequenceNumber(false);
    setWithNanoseconds(false);
    setWithContext(false);
    setWithMarkers(false);
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    // A slash needs no escape, and secrets are looked for in addresses as they are.
    var line = new String(super.encode(event), UTF_8).replace("\\/", "/");
    return Scrubber.text(line).getBytes(UTF_8);
  }
}
