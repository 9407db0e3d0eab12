import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { CallerContext } from './caller.js';
import { AccessToken } from './access-token.js';
import { createAccessToken } from './create-access-token.js';
import { readAccessTokens, revokeAccessToken } from './manage-access-tokens.js';
import { Needs } from './needs.js';
import { Scope } from './scope.js';
import { CreateAccessTokenInput, CreatedAccessToken } from './token-input.js';
import { Viewer } from './viewer.js';

@Resolver()
export class AccessResolver {
  @Query(() => Viewer, { description: 'Who is calling, and what the token allows.' })
  @Needs()
  viewer(@Ctx() { caller }: CallerContext): Viewer {
    return { name: caller.name, scopes: [...caller.scopes], groupIds: caller.groupIds };
  }

  @Query(() => [AccessToken], {
    description:
      'The access tokens of this server, newest first. A caller who is limited to groups sees only tokens that are limited to some or all of these.',
  })
  @Needs(Scope.ADMIN)
  accessTokens(@Ctx() { em, caller }: CallerContext): Promise<AccessToken[]> {
    return readAccessTokens(em, caller);
  }

  @Mutation(() => CreatedAccessToken, {
    description: 'Makes an access token. The answer is the only time that its secret is shown.',
  })
  @Needs(Scope.ADMIN)
  createAccessToken(
    @Ctx() { em, caller }: CallerContext,
    @Arg('input', () => CreateAccessTokenInput, { description: 'The token.' }) input: CreateAccessTokenInput,
  ): Promise<CreatedAccessToken> {
    return createAccessToken(em, caller, input);
  }

  @Mutation(() => AccessToken, {
    description: 'Revokes an access token, for good. Every server refuses it within 5 seconds.',
  })
  @Needs(Scope.ADMIN)
  revokeAccessToken(
    @Ctx() { em, caller }: CallerContext,
    @Arg('id', () => ID, { description: 'Number of the token.' }) id: string,
  ): Promise<AccessToken> {
    return revokeAccessToken(em, caller, id);
  }
}
