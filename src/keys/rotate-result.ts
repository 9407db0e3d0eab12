import { createUnionType, Field, ObjectType } from 'type-graphql';
import { LlmConfig } from './llm-config.js';

@ObjectType({ description: 'The key given is in use now.', simpleResolvers: true })
export class ApiKeyRotated {
  @Field(() => LlmConfig, { description: 'The configuration with the new key.' })
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
  @Field(() => String, { description: 'What the provider said.' })
  message!: string;
}

export const RotateApiKeyResult = createUnionType({
  name: 'RotateApiKeyResult',
  description: 'What became of a rotation.',
  types: () => [ApiKeyRotated, StaleApiKey, ApiKeyRejected] as const,
});
