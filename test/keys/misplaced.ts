/** Queries with a secret in places where none belongs, each with a name. */
export function misplaced(
  secret: string,
): [string, { query: string; variables?: object; operationName?: string }][] {
  const text = JSON.stringify(secret);
  const name = secret.replaceAll('-', '_');
  const queries: [string, string][] = [
    ['an id', `{ callLog(id: ${text}) { id } }`],
    ['the id of a group', `{ group(id: ${text}) { name } }`],
    ['a filter of ids', `{ callLogs(filter: { id: { in: [${text}] } }) { nodes { id } } }`],
    ['a filter of text', `{ callLogs(filter: { text: ${text} }) { totalCount } }`],
    ['a filter of models', `{ usage(filter: { model: { contains: ${text} } }) { totals { calls } } }`],
    ['a filter of parameters', `{ callLogs(filter: { requestParams: { key: ${text} } }) { totalCount } }`],
    ['a number', `{ callLogs(filter: { tokensUsed: { gt: ${text} } }) { totalCount } }`],
    ['a time', `{ callLogs(filter: { callTime: { from: ${text} } }) { totalCount } }`],
    ['a time zone', `{ usage { series(interval: DAY, timeZone: ${text}) { start } } }`],
    ['a cursor', `{ callLogs(after: ${text}) { nodes { id } } }`],
    ['an order', `{ callLogs(orderBy: ${text}) { nodes { id } } }`],
    ['an order without quotes', `{ callLogs(orderBy: ${name}) { nodes { id } } }`],
    ['a field', `{ ${name} }`],
    ['a field of a field', `{ llmConfig { ${name} } }`],
    ['an argument', `{ callLogs(${name}: 1) { totalCount } }`],
    ['a field of a filter', `{ callLogs(filter: { ${name}: 1 }) { totalCount } }`],
    ['a directive', `{ llmConfig @${name} { id } }`],
    ['a type', `{ llmConfig { ... on ${name} { id } } }`],
    ['a fragment', `{ llmConfig { ...${name} } }`],
    ['a variable without a definition', `{ callLog(id: $${name}) { id } }`],
    ['a variable without a value', `query ($${name}: ID!) { callLog(id: $${name}) { id } }`],
    ['a document that is none', `{ ${secret} `],
    ['a document that is nothing else', secret],
    ['a string that does not end', `{ callLog(id: "${secret}`],
    [
      'an expected fingerprint',
      `mutation { rotateApiKey(input: { newApiKey: " ", expectedFingerprint: ${text} }) { __typename } }`,
    ],
    ['a switch', `mutation { rotateApiKey(input: { newApiKey: ${text}, verify: ${text} }) { __typename } }`],
    ['a reason', `mutation { rotateApiKey(input: { newApiKey: ${text}, reason: ${text} }) { __typename } }`],
    [
      'a call of another group',
      `mutation { recordCallLogs(input: [{ groupId: ${text}, requestMessages: [], status: SUCCESS }]) { rejected { message } } }`,
    ],
    [
      'a call with a bad code',
      `mutation { recordCallLogs(input: [{ activationCode: "${secret}${secret}", requestMessages: [], status: SUCCESS }]) { rejected { message } } }`,
    ],
  ];
  return [
    ...queries.map(([place, query]): [string, { query: string }] => [place, { query }]),
    ['the name of an operation', { query: '{ viewer: __typename }', operationName: secret }],
    ['variables', { query: 'query ($id: ID!) { callLog(id: $id) { id } }', variables: { id: [secret] } }],
    [
      'an enum in variables',
      {
        query: 'query ($o: CallLogOrder!) { callLogs(orderBy: $o) { totalCount } }',
        variables: { o: secret },
      },
    ],
    [
      'an input in variables',
      {
        query: 'query ($f: CallLogFilter) { callLogs(filter: $f) { totalCount } }',
        variables: { f: { [name]: secret } },
      },
    ],
  ];
}
