// Says how many promises a hook sees in this thread, and whether AsyncLocalStorage works there.
const { AsyncLocalStorage } = require('node:async_hooks');
const { parentPort } = require('node:worker_threads');
const v8 = require('node:v8');
let promises = 0;
v8.promiseHooks.createHook({ init: () => promises++ });
const storage = new AsyncLocalStorage();
void storage.run('kept', async () => {
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  parentPort.postMessage({ promises, store: storage.getStore() });
});
