/** How provider keys are stored: encrypted, or in the clear for an older backend that shares the table. */
export const KEY_STORAGES = ['encrypted', 'plaintext'] as const;
export type KeyStorage = (typeof KEY_STORAGES)[number];
