import { Field, InputType } from 'type-graphql';

@InputType({ description: 'A new provider key, and what must hold for it to be put into use.' })
export class RotateApiKeyInput {
  @Field(() => String, { description: 'The new key; it is stored and never shown again.' })
  newApiKey!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Compare and swap: the apiKeyFingerprint of the key to replace. If another key is in use, nothing changes, so that a rotation that somebody else made in between is never overwritten.',
  })
  expectedFingerprint?: string | null;

  @Field(() => Boolean, {
    defaultValue: true,
    description:
      'Whether to try the new key against the provider first. This version of the server stores keys without trying them, whatever is given here.',
  })
  verify!: boolean;

  @Field(() => String, { nullable: true, description: 'Why, for the audit trail.' })
  reason?: string | null;
}
