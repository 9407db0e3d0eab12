import { Arg, Ctx, Extensions, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Needs } from '../access/needs.js';
import { Scope } from '../access/scope.js';
import type { KeyContext } from './key-context.js';
import { badUserInput } from '../graphql/errors.js';
import { servesSecret } from '../graphql/serves-secret.js';
import { fingerprint, keyHint } from './fingerprint.js';
import { KeyRotation } from './key-rotation.js';
import { LlmConfig, readConfigInUse } from './llm-config.js';
import { ROTATED_CHANNEL, rotateApiKey } from './rotate-api-key.js';
import { resultOf, RotateApiKeyInput, RotateApiKeyResult } from './rotation-types.js';

const MAX_ROTATIONS = 1000;

@Resolver(() => LlmConfig)
export class KeyResolver {
  @Query(() => LlmConfig, {
    nullable: true,
    description: 'The provider key in use; null until one is stored.',
  })
  @Needs(Scope.KEYS_READ, Scope.KEYS_ROTATE)
  llmConfig(@Ctx() { em }: KeyContext): Promise<LlmConfig | null> {
    return readConfigInUse(em);
  }

  @Query(() => String, {
    nullable: true,
    description: `The provider key itself, for the proxy that makes the calls; null until one is stored. It is read from the database each time. PostgreSQL notifies the channel ${ROTATED_CHANNEL} of the new fingerprint when a rotation is committed.`,
  })
  @Needs(Scope.KEYS_READ)
  @Extensions(servesSecret('llm_configs.api_key'))
  async openAIApiKey(@Ctx() { em, keyVault, keyFingerprints }: KeyContext): Promise<string | null> {
    const config = await readConfigInUse(em);
    if (!config) return null;
    const apiKey = keyVault.open(config);
    keyFingerprints.add(apiKey);
    return apiKey;
  }

  @FieldResolver(() => String, {
    description:
      'The last four characters of the key, as …a1b2; fewer for a short key, never more than a quarter of it.',
  })
  apiKeyHint(@Root() config: LlmConfig, @Ctx() { keyVault }: KeyContext): string {
    return keyHint(keyVault.open(config));
  }

  @FieldResolver(() => String, {
    description: 'Tells two keys apart and reveals neither: keyed hash, 16 hex digits.',
  })
  apiKeyFingerprint(@Root() config: LlmConfig, @Ctx() { keyVault, fingerprintSecret }: KeyContext): string {
    return fingerprint(keyVault.open(config), fingerprintSecret);
  }

  @FieldResolver(() => [KeyRotation], { description: 'Changes of the key, newest first.' })
  rotations(
    @Root() config: LlmConfig,
    @Ctx() { em }: KeyContext,
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
    @Ctx() context: KeyContext,
    @Arg('input', () => RotateApiKeyInput, { description: 'The new key and its conditions.' })
    input: RotateApiKeyInput,
  ): Promise<typeof RotateApiKeyResult> {
    return resultOf(await rotateApiKey(context, input));
  }
}
