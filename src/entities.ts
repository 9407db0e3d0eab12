import { AccessToken } from './access/access-token.js';
import { CallLog } from './call-logs/call-log.js';
import { IdempotencyKey } from './call-logs/recording/idempotency-key.js';
import { Group } from './groups/group.js';
import { KeyRotation } from './keys/key-rotation.js';
import { LlmConfig } from './keys/llm-config.js';
import { ServerSecret } from './keys/server-secrets.js';
import { UsageDelta } from './usage/rollups/usage-delta.js';
import { UsageRollup } from './usage/rollups/usage-rollup.js';
import { UsageSlice } from './usage/rollups/usage-slice.js';
import { UsageState } from './usage/rollups/usage-state.js';

/** Every table that the product uses. */
export const entities = [
  AccessToken,
  CallLog,
  Group,
  IdempotencyKey,
  KeyRotation,
  LlmConfig,
  ServerSecret,
  UsageDelta,
  UsageRollup,
  UsageSlice,
  UsageState,
];
