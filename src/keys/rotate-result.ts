import { createUnionType, Field, ObjectType } from 'type-graphql';
import { LlmConfig } from './llm-config.js';
import type { Rotation } from './rotate-api-key.js';

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

/** What the API answers to a rotation. */
export function resultOf(rotation: Rotation): ApiKeyRotated | StaleApiKey | ApiKeyRejected {
  if ('rotated' in rotation) return Object.assign(new ApiKeyRotated(), { config: rotation.rotated });
  if ('stale' in rotation)
    return Object.assign(new StaleApiKey(), { message: STALE, config: rotation.stale });
  const { refusedWith } = rotation;
  const message = `The provider refused the new key with status ${refusedWith}: ${REFUSED[refusedWith]}. Nothing was changed.`;
  return Object.assign(new ApiKeyRejected(), { message });
}
