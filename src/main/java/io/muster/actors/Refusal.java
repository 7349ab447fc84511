package io.muster.actors;

/** Every reason to say no. The code is API, on HTTP and on sockets; message texts are not. */
public enum Refusal {
  DEVICE_NOT_FOUND("device_not_found"),
  COMMAND_NOT_FOUND("command_not_found"),
  DEVICE_ID_TAKEN("device_id_taken"),
  DEVICE_DISABLED("device_disabled"),
  DEVICE_RETIRED("device_retired"),
  TOO_MANY_PENDING("too_many_pending"),
  TOKEN_REVOKED("token_revoked"),
  TOO_MANY_TOKENS("too_many_tokens"),
  COMMAND_SETTLED("command_settled"),
  IDEMPOTENCY_KEY_REUSED("idempotency_key_reused"),
  JOURNAL_UNAVAILABLE("journal_unavailable"),
  READ_MODEL_UNAVAILABLE("read_model_unavailable");

  private final String code;

  Refusal(String code) {
    this.code = code;
  }

  public String code() {
    return code;
  }
}
