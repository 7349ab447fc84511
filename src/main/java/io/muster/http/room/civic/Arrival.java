package io.muster.http.room.civic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.document.DocFrame;
import io.muster.http.Json;
import io.muster.http.edge.RawApplication.Handler;
import io.muster.http.edge.RawSocket;
import io.muster.http.room.RoomError;
import io.muster.http.room.civic.CivicDoor.Admission;
import io.muster.http.room.civic.CivicDoor.Visit;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client that has just come. Two things have to be known: who it is, and whether it speaks JSON
 * or the frames of a document, which it shows by what it says first. A text would break clients of
 * documents, so nothing at all is said until then. Confined to its loop.
 */
final class Arrival implements Handler {
  private static final Duration SILENT_MAX = Duration.ofMillis(250);
  private static final int EARLY_MAX = 64;

  private enum Speech {
    JSON,
    FRAMES
  }

  private final RawSocket socket;
  private final CivicDoor door;
  private final ArrayDeque<Runnable> early = new ArrayDeque<>();
  private final ScheduledFuture<?> silence;
  private Optional<Admission> admission = Optional.empty();
  private Optional<Speech> speech;
  private Optional<Handler> talk = Optional.empty();
  private boolean isOver;

  Arrival(RawSocket socket, CompletionStage<Admission> admission, CivicDoor door) {
    this.socket = socket;
    this.door = door;
    this.speech =
        switch (socket.handshake().query().getOrDefault("frames", "")) {
          case "json" -> Optional.of(Speech.JSON);
          case "yjs" -> Optional.of(Speech.FRAMES);
          default -> Optional.empty();
        };
    this.silence =
        socket
            .loop()
            .schedule(() -> speaks(Speech.JSON), SILENT_MAX.toMillis(), TimeUnit.MILLISECONDS);
    admission.thenAccept(
        outcome ->
            socket
                .loop()
                .execute(
                    () -> {
                      this.admission = Optional.of(outcome);
                      settle();
                    }));
  }

  @Override
  public void text(String message) {
    said(Speech.JSON, handler -> handler.text(message));
  }

  @Override
  public void binary(byte[] message) {
    said(Speech.FRAMES, handler -> handler.binary(message));
  }

  private void said(Speech how, Consumer<Handler> deed) {
    if (talk.isPresent()) {
      deed.accept(talk.get());
      return;
    }
    if (early.size() == EARLY_MAX) {
      refuse(RoomError.RATE_LIMIT_EXCEEDED);
      return;
    }
    early.add(() -> deed.accept(talk.orElseThrow()));
    speaks(how);
  }

  private void speaks(Speech how) {
    if (speech.isEmpty()) {
      speech = Optional.of(how);
    }
    settle();
  }

  private void settle() {
    if (isOver || talk.isPresent() || speech.isEmpty() || admission.isEmpty()) {
      return;
    }
    switch (admission.get()) {
      case Admission.Not(RoomError why) -> refuse(why);
      case Admission.In(Visit visit) -> letIn(visit);
    }
  }

  private void letIn(Visit visit) {
    silence.cancel(false);
    socket.known();
    boolean isDocument = speech.get() == Speech.FRAMES && visit.type().documents().isPresent();
    talk =
        Optional.of(
            isDocument
                ? new DocumentTalk(visit, socket, door).open()
                : new JsonTalk(visit, socket, door).open());
    while (!early.isEmpty() && !isOver) {
      early.poll().run();
    }
  }

  private void refuse(RoomError why) {
    isOver = true;
    early.clear();
    silence.cancel(false);
    var told = door.told(why);
    if (speech.equals(Optional.of(Speech.FRAMES))) {
      socket.binary(DocFrame.write(new DocFrame.Denied(why.name())));
    } else {
      var frame = CivicDoor.control("error").<ObjectNode>set("error", told);
      socket.text(Json.text(frame).getBytes(StandardCharsets.UTF_8));
    }
    socket.close(why.closeCode(), CivicDoor.reason(told));
  }

  @Override
  public void ended() {
    isOver = true;
    silence.cancel(false);
    talk.ifPresent(Handler::ended);
  }
}
