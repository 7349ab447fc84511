package io.muster.app;

import java.util.Optional;

/** The version of this build, from the jar's manifest. */
final class Version {
  static final String TEXT =
      Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
          .orElse("development");

  private Version() {}
}
