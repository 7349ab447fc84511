package io.muster.support;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One gateway for all classes that ask for it as a parameter, started by the first and closed after
 * the last. Tests do not meet, because each has an organisation of its own.
 */
public final class OneGateway implements ParameterResolver {
  /** Few enough for a test to fill a queue. */
  public static final int PENDING_MAX = 5;

  private static final Namespace OURS = Namespace.create(OneGateway.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestGateway.class;
  }

  @Override
  public TestGateway resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(OURS)
        .computeIfAbsent(TestGateway.class, _ -> start(), TestGateway.class);
  }

  private static TestGateway start() {
    return TestGateway.embedded(Map.of("muster.device.pending-max", PENDING_MAX));
  }

  /** A name that nothing has had before: of an organisation, or of a device. */
  public static String fresh(String what) {
    return what + "-" + UUID.randomUUID().toString().substring(0, 8);
  }
}
