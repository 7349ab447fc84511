package io.muster.support;

import io.muster.http.auth.Role;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An organisation of its own on a gateway; all that its people say is held against the contract.
 */
public record Tenant(TestGateway gateway, Contract contract, String org) {
  public static final String DEVICES = "/api/v1/devices";

  private static final Contract CONTRACT = new Contract();

  public static Tenant fresh(TestGateway gateway) {
    return new Tenant(gateway, CONTRACT, OneGateway.fresh("org"));
  }

  public HttpCaller viewer() {
    return as(Role.VIEWER);
  }

  public HttpCaller operator() {
    return as(Role.OPERATOR);
  }

  public HttpCaller admin() {
    return as(Role.ADMIN);
  }

  private HttpCaller as(Role role) {
    return gateway.as(org, role).before(contract::hold);
  }

  public HttpCaller anonymous() {
    return gateway.anonymous().before(contract::hold);
  }

  public HttpCaller bearing(String token) {
    return anonymous().bearing(token);
  }

  /** The path of a device that has just been registered, without tags. */
  public String device() {
    return register(OneGateway.fresh("tv"), "");
  }

  /**
   * @param more members of the body, such as {@code ,'tags':['x']}
   */
  public String register(String id, String more) {
    var reply = operator().post(DEVICES, json("{'id':'%s'%s}".formatted(id, more)));
    if (reply.status() != 201) {
      throw new AssertionError("not registered: " + reply);
    }
    return path(id);
  }

  public static String path(String id) {
    return DEVICES + "/" + id;
  }

  public static String id(String path) {
    return path.substring(DEVICES.length() + 1);
  }

  public FakeDevice connects(String path) {
    return FakeDevice.connects(gateway, org, id(path));
  }

  /** JSON written with single quotes. */
  public static String json(String singleQuoted) {
    return singleQuoted.replace('\'', '"');
  }

  /** The read model follows the journal by a moment; the first answer that is as wanted. */
  public HttpCaller.Reply eventually(String path, Predicate<HttpCaller.Reply> wanted) {
    var found = new HttpCaller.Reply[1];
    Eventually.eventually(
        path,
        () -> {
          found[0] = viewer().get(path);
          return wanted.test(found[0]);
        });
    return Optional.ofNullable(found[0]).orElseThrow();
  }
}
