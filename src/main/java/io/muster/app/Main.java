package io.muster.app;

/** The one door of the command line. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {}
}
