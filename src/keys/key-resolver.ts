import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Needs } from '../access/needs.js';
import { Scope } from '../access/scope.js';
import type { Context } from '../graphql/context.js';
import { badUserInput } from '../graphql/errors.js';
import { configInUse } from './config-in-use.js';
import { fingerprint, keyHint } from './fingerprint.js';
import { KeyRotation } from './key-rotation.js';
import { LlmConfig } from './llm-config.js';
import { rotateApiKey } from './rotate-api-key.js';
import { RotateApiKeyInput } from './rotate-input.js';
import { ApiKeyRotated, RotateApiKeyResult, StaleApiKey } from './rotate-result.js';

const MAX_ROTATIONS = 1000;

@Resolver(() => LlmConfig)
export class KeyResolver {
  @Query(() => LlmConfig, {
    nullable: true,
    description: 'The provider key in use; null until one is stored.',
  })
  @Needs(Scope.KEYS_READ, Scope.KEYS_ROTATE)
  llmConfig(@Ctx() { sql }: Context): Promise<LlmConfig | null> {
    return configInUse(sql);
  }

  @FieldResolver(() => String, {
    description:
      'The last four characters of the key, as …a1b2; fewer for a short key, never more than a quarter of it.',
  })
  apiKeyHint(@Root() config: LlmConfig): string {
    return keyHint(config.apiKey);
  }

  @FieldResolver(() => String, {
    description: 'Tells two keys apart and reveals neither: keyed hash, 16 hex digits.',
  })
  apiKeyFingerprint(@Root() config: LlmConfig, @Ctx() { fingerprintSecret }: Context): string {
    return fingerprint(config.apiKey, fingerprintSecret);
  }

  @FieldResolver(() => [KeyRotation], { description: 'Changes of the key, newest first.' })
  rotations(
    @Root() config: LlmConfig,
    @Ctx() { em }: Context,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 20,
      description: `How many at the most, from 0 to ${MAX_ROTATIONS}.`,
    })
    first: number | null,
  ): Promise<KeyRotation[]> {
    if (first === null || first < 0 || first > MAX_ROTATIONS) {
      throw badUserInput('first', `must be from 0 to ${MAX_ROTATIONS}, not ${first}.`);
    }
    return em.find(KeyRotation, { configId: config.id }, { orderBy: { id: 'desc' }, limit: first });
  }

  @Mutation(() => RotateApiKeyResult, { description: 'Puts a new provider key into use.' })
  @Needs(Scope.KEYS_ROTATE)
  async rotateApiKey(
    @Ctx() context: Context,
    @Arg('input', () => RotateApiKeyInput, { description: 'The new key and its conditions.' })
    input: RotateApiKeyInput,
  ): Promise<ApiKeyRotated | StaleApiKey> {
    const rotation = await rotateApiKey(context, input);
    if ('rotated' in rotation) return Object.assign(new ApiKeyRotated(), { config: rotation.rotated });
    const message =
      'Another key is in use than expectedFingerprint says. Nothing was changed; look at it, then rotate with its fingerprint.';
    return Object.assign(new StaleApiKey(), { message, config: rotation.stale });
  }
}
