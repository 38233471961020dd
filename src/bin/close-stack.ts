/** Takes what closes something that has been started. */
export type OnClose = (close: () => Promise<unknown>) => void;

/** What has been started, to be stopped in reverse order. Closing runs once, goes on after failures, and then throws the first. */
export interface CloseStack {
  readonly add: OnClose;
  readonly close: () => Promise<void>;
}

export function createCloseStack(): CloseStack {
  const stack: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const run = async () => {
    const failures: unknown[] = [];
    for (let close = stack.pop(); close !== undefined; close = stack.pop()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  return { add: (close) => void stack.push(close), close: () => (closing ??= run()) };
}
