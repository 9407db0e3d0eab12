import { createUnionType, Field, InputType, ObjectType } from 'type-graphql';
import { LlmConfig } from './llm-config.js';

@InputType({ description: 'A new provider key, and what must hold for it to be put into use.' })
export class RotateApiKeyInput {
  @Field(() => String, {
    description: 'The new key: 1 to 4096 characters of ASCII, without white space around it.',
  })
  newApiKey!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Compare and swap: the apiKeyFingerprint of the key to replace. If another key is in use, nothing changes, so that a rotation that somebody else made in between is never overwritten. Where the key in use cannot be decrypted, the newFingerprint of the latest rotation counts as its fingerprint.',
  })
  expectedFingerprint?: string | null;

  @Field(() => Boolean, {
    defaultValue: true,
    description:
      'Whether to try the new key against the provider first. One that it refuses changes nothing; where it does not tell, the answer is the error PROVIDER_UNAVAILABLE, and nothing changes either.',
  })
  verify!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Why, for the audit trail: at most 1000 characters, and no key.',
  })
  reason?: string | null;
}

@ObjectType({
  description:
    'The key given is in use now. Where it was in use before, nothing was changed: config.updatedAt is as it was, and config.rotations has no new entry.',
  simpleResolvers: true,
})
export class ApiKeyRotated {
  @Field(() => LlmConfig, { description: 'The configuration with the key.' })
  config!: LlmConfig;
}

@ObjectType({
  description: 'Nothing was changed: the key in use is another than expectedFingerprint says.',
  simpleResolvers: true,
})
export class StaleApiKey {
  @Field(() => String, { description: 'What happened, and how to go on.' })
  message!: string;

  @Field(() => LlmConfig, {
    nullable: true,
    description: 'The configuration in use; null where no key is stored yet.',
  })
  config!: LlmConfig | null;
}

@ObjectType({ description: 'Nothing was changed: the provider refused the new key.', simpleResolvers: true })
export class ApiKeyRejected {
  @Field(() => String, { description: 'What happened, and how to go on.' })
  message!: string;
}

export const RotateApiKeyResult = createUnionType({
  name: 'RotateApiKeyResult',
  description: 'What became of a rotation.',
  types: () => [ApiKeyRotated, StaleApiKey, ApiKeyRejected] as const,
});

const STALE =
  'Another key is in use than expectedFingerprint says. Nothing was changed; look at it, then rotate with its fingerprint. Of a key that cannot be read, that is the newFingerprint of the latest rotation.';

const REFUSED: Record<number, string> = {
  401: 'it is mistyped, revoked, or of another provider than the one of PROVIDER_BASE_URL. Check it, and try again',
  403: 'it is good for less than listing models, or not from here. If you know that it works for calls, rotate with verify: false',
};

/**
 * What a rotation came to: the key in use now, the news that another one is than the caller expected, or the status
 * with which the provider refused the key.
 */
export type Rotation = { rotated: LlmConfig } | { stale: LlmConfig | null } | { refusedWith: number };

/** What the API answers to a rotation. */
export function resultOf(rotation: Rotation): ApiKeyRotated | StaleApiKey | ApiKeyRejected {
  if ('rotated' in rotation) return Object.assign(new ApiKeyRotated(), { config: rotation.rotated });
  if ('stale' in rotation)
    return Object.assign(new StaleApiKey(), { message: STALE, config: rotation.stale });
  const { refusedWith } = rotation;
  const message = `The provider refused the new key with status ${refusedWith}: ${REFUSED[refusedWith]}. Nothing was changed.`;
  return Object.assign(new ApiKeyRejected(), { message });
}
