package io.muster;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rule of gravity. */
@AnalyzeClasses(packages = "io.muster", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule everything_points_at_actors =
      noClasses()
          .that()
          .resideInAPackage("io.muster.actors..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.muster.app..", "io.muster.http..", "io.muster.persistence..");

  @ArchTest
  static final ArchRule actors_know_no_transport_and_no_database =
      noClasses()
          .that()
          .resideInAPackage("io.muster.actors..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.netty..",
              "io.lettuce..",
              "org.apache.pekko.http..",
              "org.apache.pekko.persistence.jdbc..",
              "java.net.http..",
              "java.sql..",
              "javax.sql..",
              "com.zaxxer..",
              "slick..",
              "org.h2..",
              "org.postgresql..",
              "org.flywaydb..",
              "com.nimbusds..");

  @ArchTest
  static final ArchRule the_codec_is_pure =
      noClasses()
          .that()
          .resideInAPackage("io.muster.http.socketio..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("org.apache.pekko..", "io.netty..")
                  .or(
                      resideInAPackage("io.muster..")
                          .and(resideOutsideOfPackage("io.muster.http.socketio.."))));

  @ArchTest
  static final ArchRule app_is_imported_by_no_one =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.muster.app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.muster.app..");

  @ArchTest
  static final ArchRule http_does_not_know_persistence =
      noClasses()
          .that()
          .resideInAPackage("io.muster.http..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.muster.persistence..");

  @ArchTest
  static final ArchRule persistence_does_not_know_http =
      noClasses()
          .that()
          .resideInAPackage("io.muster.persistence..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.muster.http..");
}
