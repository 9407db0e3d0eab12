import { drawConversation, type Message } from '../../../src/demo/conversation.js';
import { GROUPS } from '../../../src/demo/groups.js';
import { Random } from '../../../src/demo/random.js';

/** `realistic`: about 1 KB of messages and 1 KB of response; `small`: a word or two, for tables that must fit on the disk. */
export type BodySize = 'realistic' | 'small';

export const BODY_SIZES: readonly BodySize[] = ['realistic', 'small'];

/** What one call said and heard. */
export interface Body {
  messages: Message[];
  response: string;
  /** The provider's raw response, but for its id and model; null where the log does not keep it. */
  responseData: Record<string, string> | null;
}

/** How many bodies differ from each other; calls share them. */
const COUNT = 1000;
const SEED = 1;

const REALISTIC_BYTES = 1000;
const SMALL_CHARACTERS = 12;

/** Bodies in all the languages of the demo, the same ones in every run. */
export function drawBodies(size: BodySize): Body[] {
  const random = new Random(SEED);
  const draw = size === 'small' ? drawSmall : drawRealistic;
  return Array.from({ length: COUNT }, () => draw(random));
}

function drawRealistic(random: Random): Body {
  const group = random.pick(GROUPS);
  const messages: Message[] = [];
  let response = '';
  const isShort = (text: string) => Buffer.byteLength(text) < REALISTIC_BYTES;
  while (isShort(JSON.stringify(messages)) || isShort(response)) {
    const conversation = drawConversation(random, group, 100);
    if (isShort(JSON.stringify(messages))) messages.push(...conversation.messages);
    if (isShort(response)) response += `${conversation.answer}\n\n`;
  }
  return { messages, response: response.trimEnd(), responseData: { object: 'chat.completion' } };
}

function drawSmall(random: Random): Body {
  const { messages, answer } = drawConversation(random, random.pick(GROUPS), 100);
  const question = messages.find(({ role }) => role === 'user')?.content ?? '';
  return {
    messages: [{ role: 'user', content: question.slice(0, SMALL_CHARACTERS) }],
    response: answer.slice(0, SMALL_CHARACTERS),
    responseData: null,
  };
}
