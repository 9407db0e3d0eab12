import type { GraphQLAnswer } from '../support/server.js';

/** The callers of a row, in this order. */
export const SCOPE_NAMES = ['LOGS_READ', 'LOGS_WRITE', 'KEYS_READ', 'KEYS_ROTATE', 'ADMIN'] as const;

/** The calls, groups and tokens that rows ask for: number 1 is within the limits of limited callers, 2 is not. */
export interface Numbers {
  call: string;
  /** A token of all groups, which nobody calls with. */
  token: string;
  /** Different for each request. */
  unique: string;
}

export interface Row {
  operation: (numbers: Numbers) => string;
  /** What an answer without errors comes to, in a word. */
  says: (data: any) => unknown;
  /**
   * The answers to callers of one scope each, in the order of SCOPE_NAMES: of all groups, then after the bar limited
   * to group 1. `no` is FORBIDDEN for want of a scope, `beyond` is FORBIDDEN for want of the group.
   */
  answers: string;
}

const INPUT = 'requestMessages: [], status: SUCCESS, groupId: 2';
const done = () => 'done';
const orNull = (value: unknown) => (value === null ? 'null' : 'done');

/** What each field of Query and Mutation answers to whom. */
export const MATRIX: Record<string, Row> = {
  'Query.callLog': {
    operation: ({ call }) => `{ callLog(id: ${call}) { id } }`,
    says: ({ callLog }) => orNull(callLog),
    answers: 'done|null  no|no  no|no  no|no  done|null',
  },
  'Query.callLogs': {
    operation: () => '{ callLogs(filter: { activationCode: { eq: "matrix" } }) { totalCount } }',
    says: ({ callLogs }) => callLogs.totalCount,
    answers: '3|1  no|no  no|no  no|no  3|1',
  },
  'Query.usage': {
    operation: () => '{ usage(filter: { activationCode: { eq: "matrix" } }) { totals { calls } } }',
    says: ({ usage }) => usage.totals.calls,
    answers: '3|1  no|no  no|no  no|no  3|1',
  },
  'Query.group': {
    operation: () => '{ group(id: 2) { name } }',
    says: ({ group }) => orNull(group),
    answers: 'done|null  no|no  no|no  no|no  done|null',
  },
  'Query.groups': {
    operation: () => '{ groups { nodes { id } } }',
    says: ({ groups }) => (groups.nodes.length > 1 ? 'all' : groups.nodes.length),
    answers: 'all|1  no|no  no|no  no|no  all|1',
  },
  'Query.llmConfig': {
    operation: () => '{ llmConfig { apiKeyFingerprint } }',
    says: done,
    answers: 'no|no  no|no  done|done  done|done  done|done',
  },
  'Query.openAIApiKey': {
    operation: () => '{ openAIApiKey }',
    says: done,
    answers: 'no|no  no|no  done|done  no|no  no|no',
  },
  'Query.viewer': {
    operation: () => '{ viewer { name } }',
    says: done,
    answers: 'done|done  done|done  done|done  done|done  done|done',
  },
  'Query.accessTokens': {
    operation: () => '{ accessTokens { groupIds } }',
    says: ({ accessTokens }) =>
      accessTokens.every(({ groupIds }: any) => groupIds?.join() === '1') ? 'own' : 'all',
    answers: 'no|no  no|no  no|no  no|no  all|own',
  },
  'Query.consistency': {
    operation: () => '{ consistency { consistent } }',
    says: done,
    answers: 'no|no  no|no  no|no  no|no  done|done',
  },
  'Mutation.recordCallLog': {
    operation: () => `mutation { recordCallLog(input: { ${INPUT} }) { id } }`,
    says: done,
    answers: 'no|no  done|beyond  no|no  no|no  done|beyond',
  },
  'Mutation.recordProxyCallLog': {
    operation: () => `mutation { recordProxyCallLog(input: { ${INPUT} }) { id } }`,
    says: done,
    answers: 'no|no  done|beyond  no|no  no|no  done|beyond',
  },
  'Mutation.recordCallLogs': {
    operation: () => `mutation { recordCallLogs(input: [{ ${INPUT} }]) { rejected { code } } }`,
    says: ({ recordCallLogs }) => recordCallLogs.rejected[0]?.code ?? 'done',
    answers: 'no|no  done|FORBIDDEN  no|no  no|no  done|FORBIDDEN',
  },
  'Mutation.rotateApiKey': {
    operation: ({ unique }) =>
      `mutation { rotateApiKey(input: { newApiKey: "sk-${unique}", verify: false }) { __typename } }`,
    says: ({ rotateApiKey }) => (rotateApiKey.__typename === 'ApiKeyRotated' ? 'done' : rotateApiKey),
    answers: 'no|no  no|no  no|no  done|done  done|done',
  },
  'Mutation.createGroup': {
    operation: ({ unique }) => `mutation { createGroup(name: "group ${unique}") { id } }`,
    says: done,
    answers: 'no|no  no|no  no|no  no|no  done|done',
  },
  'Mutation.createAccessToken': {
    operation: () => 'mutation { createAccessToken(input: { name: "x", scopes: [LOGS_READ] }) { secret } }',
    says: done,
    answers: 'no|no  no|no  no|no  no|no  done|beyond',
  },
  'Mutation.revokeAccessToken': {
    operation: ({ token }) => `mutation { revokeAccessToken(id: ${token}) { id } }`,
    says: done,
    answers: 'no|no  no|no  no|no  no|no  done|BAD_USER_INPUT',
  },
};

/** An answer in the words of a row. */
export function wordFor({ says }: Row, { status, data, errors }: GraphQLAnswer): string {
  const [error] = errors ?? [];
  if (!error) return String(says(data));
  const { code, scopes, argument } = error.extensions;
  if (status !== 200 || code !== 'FORBIDDEN') return String(code);
  return scopes ? 'no' : argument ? 'beyond' : 'FORBIDDEN';
}
