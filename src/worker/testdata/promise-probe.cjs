// Says how many promises a hook sees in this thread.
const { parentPort } = require('node:worker_threads');
const v8 = require('node:v8');
let seen = 0;
v8.promiseHooks.createHook({ init: () => seen++ });
void Promise.resolve().then(() => parentPort.postMessage(seen));
