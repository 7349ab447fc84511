package io.muster.http.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.Json;
import io.muster.http.auth.Verdict;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** What a device is answered about itself, in the few words it reads. Nobody keeps the answer. */
final class DeviceAnswers {
  private DeviceAnswers() {}

  static HttpResponse ok(JsonNode body) {
    return fresh(200, body);
  }

  static HttpResponse no(int status, String code) {
    return fresh(status, Json.object().put("code", code));
  }

  /** Its token is none of ours. */
  static HttpResponse invalid() {
    return no(Verdict.Refused.INVALID);
  }

  static HttpResponse no(Verdict.Refused why) {
    return no(401, why.code());
  }

  /** The token is good, and there is nothing for it until the organisation is resumed. */
  static HttpResponse suspended() {
    return no(403, "TENANT_SUSPENDED");
  }

  private static HttpResponse fresh(int status, JsonNode body) {
    return Answers.json(status, body).addHeader(RawHeader.create("Cache-Control", "no-store"));
  }
}
