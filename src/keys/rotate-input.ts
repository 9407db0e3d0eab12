import { Field, InputType } from 'type-graphql';

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
