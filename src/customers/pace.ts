import { setImmediate } from 'node:timers/promises';

/** How long (ms) loops over many rows may hold the event loop before they let others run. */
const turnMs = 8;

/** Of all loops together, as there is one event loop: a hundred small ones are as long as a large one. */
let turnEnds = 0;
let nextTurn: Promise<void> | undefined;

/**
 * Gives a loop its pace: `await pace()` now and then, and it yields to the event loop whenever a turn is
 * used up. Cheap enough to ask every few hundred rows.
 */
export function createPace(): () => Promise<void> | undefined {
  return () => (performance.now() < turnEnds ? undefined : waitForTurn());
}

/** Whoever waited longest goes first; a turn that is used up by then is waited for again. */
async function waitForTurn(): Promise<void> {
  do {
    nextTurn ??= setImmediate(undefined, { ref: true }).then(() => {
      nextTurn = undefined;
      turnEnds = performance.now() + turnMs;
    });
    await nextTurn;
  } while (performance.now() >= turnEnds);
}

/** Visits each of many in its turn. Not with an iterator, which would cost more than most visits do. */
export async function visitAtPace<Item>(items: ArrayLike<Item>, visit: (item: Item) => void): Promise<void> {
  const pace = createPace();
  for (let index = 0; index < items.length; index++) {
    if (index % 1024 === 0) await pace();
    visit(items[index] as Item);
  }
}
