// Commands of one device and the words for what becomes of them. Pure.

export const MEANING = {
  queued: 'Written to the journal; waits for the device',
  sent: 'Written to the device’s connection',
  acknowledged: 'The device has confirmed it',
  failed: 'The device said that it failed, or did not answer in all attempts',
  unsupported: 'The device does not know this command',
  expired: 'Its time ran out first',
  superseded: 'A newer command with the same key took its place',
  cancelled: 'Taken back before it was done',
};

/** `sent (unconfirmed)` is an end too: the device cannot acknowledge, so nothing more will be heard. */
export function isSettled(command) {
  return command.state !== 'queued' && !(command.state === 'sent' && !isUnconfirmed(command));
}

export function isUnconfirmed(command) {
  return command.state === 'sent' && command.timeline?.at(-1)?.reason === 'unconfirmed';
}

/** Only what has not left yet can surely be taken back; the gateway decides about the rest. */
export const isCancellable = (command) => !isSettled(command);

/** Timelines only grow, so the longer one is the newer one, whichever way it came. */
export function merge(commands, arrived) {
  const known = new Map(commands.map((command) => [command.id, command]));
  for (const command of arrived) {
    const old = known.get(command.id);
    if (!old || (command.timeline?.length ?? 0) >= (old.timeline?.length ?? 0)) {
      known.set(command.id, { ...old, ...command });
    }
  }
  return [...known.values()].sort((a, b) => (startOf(a) < startOf(b) ? 1 : -1));
}

export const startOf = (command) => command.timeline?.[0]?.at ?? '';
