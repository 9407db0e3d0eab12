import type { CallerContext } from '../../access/caller.js';
import type { Redactor } from '../../redaction/redactor.js';
import type { CallLogRecorder } from './call-log-recorder.js';
import type { RecordingMetrics } from './recording-metrics.js';

/** What requests that record calls share. */
export interface RecordingServices {
  recorder: CallLogRecorder;
  recordingMetrics: RecordingMetrics;
  /** Keeps secrets out of the log; undefined where they may go in. */
  redactor: Redactor | undefined;
  /** Keys the hashes that tell calls under one idempotency key apart; the same on all servers of one database. */
  recordingSecret: string;
}

export interface RecordingContext extends CallerContext, RecordingServices {
  /** Whether whoever made the request has hung up, and will not be told. */
  isAbandoned: () => boolean;
}
