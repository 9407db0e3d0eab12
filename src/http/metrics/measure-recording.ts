import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RecordingMetrics, WaitingCalls } from '../../call-logs/recording/recording-metrics.js';
import { boundedCode } from './bounded-code.js';

const CALLS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Makes the metrics of recording. */
export function measureRecording(registry: Registry): RecordingMetrics {
  const registers = [registry];
  let waiting = (): WaitingCalls => ({ calls: 0, bytes: 0, oldestMs: 0 });
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `llm_call_log_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, tell: (waiting: WaitingCalls) => number) =>
    new Gauge({
      name: `llm_call_log_${name}`,
      help,
      registers,
      collect() {
        this.set(tell(waiting()));
      },
    });

  const recorded = counter('recorded_calls_total', 'Calls that were committed.');
  const replayed = counter('replayed_calls_total', 'Calls that were recorded before, under the same key.');
  const rejected = counter('rejected_calls_total', 'Calls that were not recorded, by code.', ['code']);
  let redacted: () => ReadonlyMap<string, number> = () => new Map();
  new Counter({
    name: 'llm_call_log_redacted_secrets_total',
    help: 'Secrets taken out of calls, by kind.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      for (const [kind, secrets] of redacted()) this.inc({ kind }, secrets);
    },
  });
  const batchCalls = new Histogram({
    name: 'llm_call_log_batch_calls',
    help: 'Calls that were written together.',
    buckets: CALLS,
    registers,
  });
  const batchSeconds = new Histogram({
    name: 'llm_call_log_batch_duration_seconds',
    help: 'Time that the database took for a batch.',
    buckets: SECONDS,
    registers,
  });
  gauge('waiting_calls', 'Calls that were sent and are not answered yet.', ({ calls }) => calls);
  gauge('waiting_bytes', 'Bytes that these hold.', ({ bytes }) => bytes);
  gauge(
    'oldest_waiting_seconds',
    'How long the oldest of these has waited.',
    ({ oldestMs }) => oldestMs / 1000,
  );

  return {
    recorded: (calls) => {
      recorded.inc(calls);
    },
    replayed: (calls) => {
      replayed.inc(calls);
    },
    rejected: (code, calls) => {
      rejected.inc({ code: boundedCode(code) }, calls);
    },
    batch: (calls, seconds) => {
      batchCalls.observe(calls);
      batchSeconds.observe(seconds);
    },
    watchRedacted: (tell) => {
      redacted = tell;
    },
    watchWaiting: (tell) => {
      waiting = tell;
    },
  };
}
