import { retainArchive } from '../archive/retain-archive.ts';
import { createSweeper } from '../archive/sweeper.ts';
import type { OnEnded } from '../archive/store-ended.ts';
import { createCheckpointFile } from '../audit/checkpoint-file.ts';
import { createCheckpointer } from '../audit/checkpointer.ts';
import { createReconciler } from '../audit/reconciler.ts';
import { createAuditRetention } from '../audit/retention.ts';
import type { Signer } from '../audit/signer.ts';
import type { Dispatcher } from '../events/dispatcher.ts';
import { purgeEvents } from '../events/purge-events.ts';
import type { ScheduleSync } from '../events/schedule-sync.ts';
import { createHistoryReader } from '../workflows/host/history-reader.ts';
import type { OnClose } from './close-stack.ts';
import type { Foundation } from './foundation.ts';
import type { MaintenanceTask } from './maintenance.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What the API's processes look after. Each task is safe beside those of other processes; idle, all together are under 5 queries a minute. */
export function maintenanceTasks(options: {
  readonly foundation: Foundation;
  readonly signer: Signer;
  readonly auditCheckpoints: string;
  readonly dispatcher: Pick<Dispatcher, 'tick'>;
  readonly scheduleSync: Pick<ScheduleSync, 'heal'>;
  readonly onEnded: OnEnded;
  readonly onClose: OnClose;
}): readonly MaintenanceTask[] {
  const { foundation, signer, auditCheckpoints, dispatcher, scheduleSync, onEnded, onClose } = options;
  const { database, runs, log, settings } = foundation;
  const sweeper = createSweeper({ database, runs, createHistoryReader, onEnded, log });
  const checkpointer = createCheckpointer({ database, signer, sink: createCheckpointFile(auditCheckpoints) });
  onClose(() => checkpointer.close());
  const reconciler = createReconciler({ database, runs });
  const auditRetention = createAuditRetention({ database });
  return [
    // Asks Temporal alone while nothing ends; soon enough for flows that start when another one has ended.
    { name: 'archiving executions', everyMs: 3 * SECOND, tick: sweeper.tick, stop: sweeper.stop },
    // New ones are told of by NOTIFY, and those to be tried again have a timer: this finds what a dead process left.
    { name: 'delivering events', everyMs: 2 * MINUTE, tick: dispatcher.tick },
    { name: 'audit checkpoints', everyMs: MINUTE, tick: checkpointer.tick },
    { name: 'closing audit intents', everyMs: MINUTE, tick: reconciler.tick },
    { name: 'schedules', everyMs: HOUR, tick: scheduleSync.heal },
    { name: 'audit retention', everyMs: 24 * HOUR, tick: auditRetention.tick },
    {
      name: 'archive retention',
      everyMs: 24 * HOUR,
      tick: () => retainArchive({ database, days: settings.archiveDays }),
    },
    { name: 'purging events', everyMs: HOUR, tick: () => purgeEvents(database) },
  ];
}
