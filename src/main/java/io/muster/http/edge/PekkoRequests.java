package io.muster.http.edge;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.ExceptionWithErrorInfo;
import org.apache.pekko.http.scaladsl.model.HttpHeader$;
import org.apache.pekko.util.ByteString;
import scala.Product;

/** Netty's request as Pekko's. Pure; runs off the event loops, for parsing headers takes time. */
final class PekkoRequests {
  /** What a request cannot be translated for. */
  static final class Untranslatable extends Exception {
    final Complaint complaint;

    Untranslatable(Complaint complaint) {
      super(complaint.name(), null, false, false);
      this.complaint = complaint;
    }
  }

  /**
   * Framing has been dealt with here; forwarding headers would let {@code extractClientIP} believe
   * anyone; and the last three are names under which Pekko passes its own words.
   */
  private static final Set<String> WITHHELD =
      Set.of(
          "connection",
          "keep-alive",
          "content-length",
          "content-type",
          "expect",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "x-forwarded-for",
          "x-forwarded-proto",
          "forwarded",
          "x-real-ip",
          "remote-address",
          "timeout-access",
          "tls-session-info");

  private static final Pattern HOST =
      Pattern.compile("([A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");

  private PekkoRequests() {}

  static HttpRequest of(
      io.netty.handler.codec.http.HttpRequest head, ByteString body, ClientAddress client)
      throws Untranslatable {
    var method = head.method().equals(HttpMethod.HEAD) ? HttpMethod.GET : head.method();
    var known = HttpMethods.lookup(method.name());
    if (known.isEmpty() || method.equals(HttpMethod.CONNECT)) {
      throw new Untranslatable(Complaint.UNKNOWN_METHOD);
    }
    return HttpRequest.create()
        .withMethod(known.get())
        .withUri(uri(head))
        .withHeaders(headers(head.headers()))
        .withEntity(entity(head.headers(), body))
        .addAttribute(AttributeKeys.remoteAddress, RemoteAddress.create(client.address()))
        .addAttribute(ClientAddress.ATTRIBUTE, client);
  }

  private static Uri uri(io.netty.handler.codec.http.HttpRequest head) throws Untranslatable {
    String target = head.uri();
    try {
      Uri uri =
          target.startsWith("/") ? Uri.create("http://" + host(head) + target) : absolute(target);
      // Routes read the query and the path late; what is wrong with them is said now.
      uri.query();
      return uri;
    } catch (ExceptionWithErrorInfo | IllegalArgumentException e) {
      throw new Untranslatable(Complaint.BAD_URI);
    }
  }

  private static Uri absolute(String target) throws Untranslatable {
    String lower = target.toLowerCase(Locale.ROOT);
    if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
      throw new Untranslatable(Complaint.BAD_URI);
    }
    Uri uri = Uri.create(target);
    if (uri.host().address().isEmpty()) {
      throw new Untranslatable(Complaint.BAD_URI);
    }
    return uri;
  }

  private static String host(io.netty.handler.codec.http.HttpRequest head) throws Untranslatable {
    List<String> hosts = head.headers().getAll(HttpHeaderNames.HOST);
    boolean mayLack = head.protocolVersion().minorVersion() == 0;
    if (hosts.isEmpty() && mayLack) {
      return "localhost";
    }
    // A Host with a slash in it would become a path.
    if (hosts.size() != 1 || !HOST.matcher(hosts.getFirst()).matches()) {
      throw new Untranslatable(Complaint.BAD_URI);
    }
    return hosts.getFirst();
  }

  private static List<HttpHeader> headers(HttpHeaders headers) {
    var parsed = new ArrayList<HttpHeader>(headers.size());
    for (Map.Entry<String, String> header : headers) {
      if (!WITHHELD.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        parsed.add(header(header.getKey(), header.getValue()));
      }
    }
    return parsed;
  }

  private static HttpHeader header(String name, String value) {
    var result = HttpHeader$.MODULE$.parse(name, value, HttpHeader$.MODULE$.parse$default$3());
    // ParsingResult.Ok cannot be named in Java; it is the case whose first element is a header.
    return result instanceof Product ok && ok.productElement(0) instanceof HttpHeader parsed
        ? parsed
        : RawHeader.create(name, value);
  }

  private static RequestEntity entity(HttpHeaders headers, ByteString body) throws Untranslatable {
    String declared = headers.get(HttpHeaderNames.CONTENT_TYPE);
    if (declared == null) {
      return body.isEmpty()
          ? HttpEntities.EMPTY
          : HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, body);
    }
    try {
      ContentType type = ContentTypes.parse(declared);
      return HttpEntities.create(type, body);
    } catch (ExceptionWithErrorInfo | IllegalArgumentException e) {
      throw new Untranslatable(Complaint.BAD_REQUEST);
    }
  }
}
