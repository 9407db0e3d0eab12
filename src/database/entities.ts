import { AccessToken } from '../access/access-token.js';
import { CallLog } from '../call-logs/call-log.js';
import { IdempotencyKey } from '../call-logs/idempotency-key.js';
import { Group } from '../groups/group.js';
import { KeyRotation } from '../keys/key-rotation.js';
import { LlmConfig } from '../keys/llm-config.js';
import { ServerSecret } from '../keys/server-secret.js';

/** Every table that the product uses. */
export const entities = [AccessToken, CallLog, Group, IdempotencyKey, KeyRotation, LlmConfig, ServerSecret];
