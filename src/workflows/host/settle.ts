/** Lets every promise that can go on go on: a macrotask comes after all microtasks. Host only. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
