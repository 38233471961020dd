// Runs the peers until it is stopped: npx tsx examples/peers/main.ts [port]
import { startPeers } from './start-peers.ts';

const port = Number(process.argv[2] ?? process.env['WEIR_PEERS_PORT'] ?? 8090);
const peers = await startPeers({ port, callMs: 2000, onError: (error) => console.error(error) });
console.log(`Peers answer. For the worker: WEIR_PEERS_URL=${peers.url}`);
for (const [name, url] of Object.entries(peers.urls)) console.log(`  ${name.padEnd(10)} ${url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void peers.close());
