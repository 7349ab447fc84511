package io.muster.persistence.redis;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;

/** One command that changes something, as a value: it can be sent with others in one write. */
sealed interface Write {

  Command<String, String, ?> command();

  /**
   * @param life after which the key is gone
   */
  record Set(String key, String value, Duration life) implements Write {
    @Override
    public Command<String, String, ?> command() {
      return of(
          CommandType.SET,
          new StatusOutput<>(StringCodec.UTF8),
          on(key).addValue(value).add("PX").add(life.toMillis()));
    }
  }

  record Delete(String key) implements Write {
    @Override
    public Command<String, String, ?> command() {
      return of(CommandType.DEL, new IntegerOutput<>(StringCodec.UTF8), on(key));
    }
  }

  record Increment(String key) implements Write {
    @Override
    public Command<String, String, ?> command() {
      return of(CommandType.INCR, new IntegerOutput<>(StringCodec.UTF8), on(key));
    }
  }

  record Expire(String key, Duration life) implements Write {
    @Override
    public Command<String, String, ?> command() {
      return of(
          CommandType.PEXPIRE, new IntegerOutput<>(StringCodec.UTF8), on(key).add(life.toMillis()));
    }
  }

  private static CommandArgs<String, String> on(String key) {
    return new CommandArgs<>(StringCodec.UTF8).addKey(key);
  }

  private static Command<String, String, ?> of(
      CommandType type, CommandOutput<String, String, ?> output, CommandArgs<String, String> args) {
    return new Command<>(type, output, args);
  }
}
