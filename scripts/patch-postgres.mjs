// Mends two faults of postgres.js 3.4.9 in node_modules, where a connection dies in the middle of a transaction:
//   - a write that was put off to the next tick throws outside of every promise, which ends the process (its issues 1154 and 1208), and a
//     timer that was cleared but not forgotten keeps the connection from ever writing again (a poisoned pool);
//   - what the transaction does next is sent on the same connection object, which may be connected anew by then: outside of any
//     transaction, or in somebody else's.
// Run by `npm ci` (prepare). A version that reads differently is not patched but refused: look whether it still needs it, then
// change what is below. src/store/lost-connection.store.test.ts fails without the first.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MARK = '/* patched by scripts/patch-postgres.mjs */';
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules', 'postgres', 'src');

/** @type {Record<string, readonly (readonly [string, string])[]>} */
const PATCHES = {
  'connection.js': [
    [
      '  function nextWrite(fn) {\n    const x = socket.write(chunk, fn)\n',
      `  function nextWrite(fn) {
    if (socket === null) {
      nextWriteTimer !== null && clearImmediate(nextWriteTimer)
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return true
    }
    const x = socket.write(chunk, fn)
`,
    ],
    [
      "      error(Errors.connection('CONNECTION_DESTROYED', options))\n\n    clearImmediate(nextWriteTimer)\n",
      "      error(Errors.connection('CONNECTION_DESTROYED', options))\n\n    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n",
    ],
    [
      '    incomings = null\n    clearImmediate(nextWriteTimer)\n',
      '    incomings = null\n    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n',
    ],
  ],
  'index.js': [
    [
      '      , connection\n      , prepare = null\n',
      '      , connection\n      , prepare = null\n      , lost = null\n      , onlost = null\n',
    ],
    [
      '        new Promise((_, reject) => connection.onclose = reject)\n',
      '        new Promise((_, reject) => lost ? reject(lost) : onlost = reject)\n',
    ],
    [
      '        q.catch(e => uncaughtError || (uncaughtError = e))\n        c.queue === full\n          ? queries.push(q)\n',
      '        q.catch(e => uncaughtError || (uncaughtError = e))\n        lost\n          ? q.reject(lost)\n          : c.queue === full\n          ? queries.push(q)\n',
    ],
    [
      '      connection = c\n      move(c, reserved)\n      c.reserved = () => queries.length\n',
      '      connection = c\n      c.onclose = e => (lost = e, onlost && onlost(e))\n      move(c, reserved)\n      c.reserved = () => queries.length\n',
    ],
  ],
};

for (const [name, patches] of Object.entries(PATCHES)) {
  const file = join(folder, name);
  if (!existsSync(file)) continue; // nothing is installed
  let text = readFileSync(file, 'utf8');
  if (text.startsWith(MARK)) continue;
  for (const [before, after] of patches) {
    if (text.split(before).length !== 2)
      throw new Error(`postgres/src/${name} is not as it was when the patch was made: ${before}`);
    text = text.replace(before, () => after);
  }
  writeFileSync(file, `${MARK}\n${text}`);
}
