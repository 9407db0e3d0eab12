import type { DemoGroup, Speech } from './groups.js';
import { arabic } from './phrases/arabic.js';
import { chinese } from './phrases/chinese.js';
import { code } from './phrases/code.js';
import { english } from './phrases/english.js';
import { french } from './phrases/french.js';
import { german } from './phrases/german.js';
import { invoices } from './phrases/invoices.js';
import { japanese } from './phrases/japanese.js';
import type { Phrases } from './phrases/phrases.js';
import { search } from './phrases/search.js';
import { spanish } from './phrases/spanish.js';
import type { Random } from './random.js';

const PHRASES: Record<Speech, Phrases> = {
  english,
  chinese,
  japanese,
  german,
  spanish,
  french,
  arabic,
  code,
  search,
  invoices,
};

export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface Conversation {
  messages: Message[];
  answer: string;
}

/**
 * Puts a conversation together, in a language of the group.
 *
 * @param promptTokens of the whole prompt, the larger part of which may be documents that the log does not keep
 */
export function drawConversation(random: Random, group: DemoGroup, promptTokens: number): Conversation {
  const [speech] = random.weighted(
    Object.entries(group.speaks) as [Speech, number][],
    ([, weight]) => weight,
  );
  const phrases = PHRASES[speech];
  const slots = drawSlots(random, phrases);
  const answer = () => {
    const first = random.whole(0, phrases.answers.length - 1);
    const second = (first + random.whole(0, phrases.answers.length - 1)) % phrases.answers.length;
    const sentences = [...new Set([first, second])].map((index) => phrases.answers[index] ?? '');
    return fill(sentences.join(/[。？]$/.test(sentences[0] ?? '') ? '' : ' '), slots);
  };

  const messages: Message[] = [];
  if (random.chance(0.4)) messages.push({ role: 'system', content: random.pick(phrases.systems) });
  let question = fill(random.pick(phrases.questions), slots);
  const documents = Math.ceil((promptTokens - 150) / 900);
  if (documents > 1) question += `\n[+${documents} documents]`;
  messages.push({ role: 'user', content: question });
  while (random.chance(0.12)) {
    messages.push(
      { role: 'assistant', content: answer() },
      { role: 'user', content: random.pick(phrases.followUps) },
    );
  }
  return { messages, answer: answer() };
}

type Slots = Record<'topic' | 'name' | 'number' | 'minutes', string>;

function drawSlots(random: Random, phrases: Phrases): Slots {
  const slots = {
    topic: '',
    name: random.pick(phrases.names),
    number: String(random.whole(10, 99_999)),
    minutes: String(random.whole(2, 90)),
  };
  return { ...slots, topic: fill(random.pick(phrases.topics), slots) };
}

function fill(template: string, slots: Slots): string {
  return template.replace(/\{(topic|name|number|minutes)\}/g, (_, slot: keyof Slots) => slots[slot]);
}
