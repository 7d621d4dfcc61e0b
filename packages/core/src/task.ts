/**
 * One step of a task that may have to wait: the same step in both ways a storage can answer.
 *
 * A body of code that needs data writes `yield* perform(effect)` and is run either by `runAsync` or by `runSync`, so
 * that `read` and `readSync` share one body.
 */
export interface Effect<T> {
  /** Does the step; a plain value when nothing has to be waited for. */
  async(signal: AbortSignal | undefined): Promise<T> | T;
  /** Does the step without waiting, or throws `SYNC_UNAVAILABLE`. */
  sync(): T;
}

/** A body of code whose waiting steps are yielded as effects. */
export type Task<T> = Generator<Effect<unknown>, T, unknown>;

/** Does one effect inside a task. */
export function* perform<T>(effect: Effect<T>): Task<T> {
  return (yield effect) as T;
}

/** Runs a task, waiting for each effect that has to be waited for. */
export async function runAsync<T>(task: Task<T>, signal?: AbortSignal): Promise<T> {
  signal?.throwIfAborted();
  let step = task.next();
  while (step.done !== true) {
    let answer: unknown;
    try {
      answer = step.value.async(signal);
      if (answer instanceof Promise) {
        answer = await answer;
      }
    } catch (error) {
      step = task.throw(error);
      continue;
    }
    step = task.next(answer);
  }
  return step.value;
}

/** Runs a task to its end without waiting; throws `SYNC_UNAVAILABLE` where the storage cannot answer at once. */
export function runSync<T>(task: Task<T>): T {
  let step = task.next();
  while (step.done !== true) {
    let answer: unknown;
    try {
      answer = step.value.sync();
    } catch (error) {
      step = task.throw(error);
      continue;
    }
    step = task.next(answer);
  }
  return step.value;
}

/** Runs a task to its end although the operation that it belongs to was aborted: it takes back what was half done. */
export function shielded<T>(task: () => Task<T>): Effect<T> {
  return { async: () => runAsync(task()), sync: () => runSync(task()) };
}

/** Lets one task at a time through a section of several steps. */
export class Lock {
  #tail: Promise<void> = Promise.resolve();
  #held = 0;

  /** Runs `body` when everybody who came before has left. Synchronous callers are refused while somebody is inside. */
  *exclusive<T>(busy: () => Error, body: () => Task<T>): Task<T> {
    const leave = yield* perform(this.#enter(busy));
    try {
      return yield* body();
    } finally {
      leave();
    }
  }

  #enter(busy: () => Error): Effect<() => void> {
    return {
      async: async () => {
        const before = this.#tail;
        let leave = (): void => {};
        this.#tail = new Promise((resolve) => {
          leave = () => {
            this.#held--;
            resolve();
          };
        });
        this.#held++;
        await before;
        return leave;
      },
      sync: () => {
        if (this.#held > 0) {
          throw busy();
        }
        this.#held++;
        return () => {
          this.#held--;
        };
      },
    };
  }
}

/** Runs independent tasks, at most `limit` at a time where they wait; the answers come in the order of the tasks. */
export function concurrently<T>(tasks: readonly (() => Task<T>)[], limit: number): Effect<T[]> {
  return {
    async: async (signal) => {
      const answers = new Array<T>(tasks.length);
      const failures: unknown[] = [];
      let next = 0;
      const worker = async (): Promise<void> => {
        while (next < tasks.length && failures.length === 0) {
          const index = next++;
          try {
            answers[index] = await runAsync((tasks[index] as () => Task<T>)(), signal);
          } catch (error) {
            failures.push(error);
          }
        }
      };
      // Nothing is left running behind the caller's back when one of the tasks fails.
      await Promise.all(Array.from({ length: Math.min(limit, tasks.length) }, worker));
      if (failures.length > 0) {
        throw failures[0];
      }
      return answers;
    },
    sync: () => tasks.map((task) => runSync(task())),
  };
}
