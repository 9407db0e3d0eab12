import type { DemoGroup, Language } from './groups.js';
import { arabic } from './phrases/arabic.js';
import { chinese } from './phrases/chinese.js';
import { english } from './phrases/english.js';
import { french } from './phrases/french.js';
import { german } from './phrases/german.js';
import { japanese } from './phrases/japanese.js';
import type { Phrases } from './phrases/phrases.js';
import { spanish } from './phrases/spanish.js';
import type { Random } from './random.js';

const LANGUAGES: Record<Language, Phrases> = { english, chinese, japanese, german, spanish, french, arabic };

export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface Conversation {
  messages: Message[];
  answer: string;
}

/** Documents that a prompt is longer by than its messages stand in the log as their number and size. */
function documents(random: Random, tokens: number): string {
  return `\n[${random.whole(1, 12)} documents, ${tokens} tokens, not kept in the log]`;
}

/**
 * Puts a conversation together, in a language of the group.
 *
 * @param promptTokens of the whole prompt, whose larger part may be documents
 */
export function drawConversation(random: Random, group: DemoGroup, promptTokens: number): Conversation {
  const languages = Object.entries(group.languages) as [Language, number][];
  const [language] = random.weighted(languages, ([, weight]) => weight);
  const phrases = LANGUAGES[language];
  const slots = { topic: '', name: random.pick(phrases.names), number: String(random.whole(10, 99_999)) };
  slots.topic = fill(random.pick(phrases.topics), slots);
  const say = (templates: string[]) => fill(random.pick(templates), slots);
  const answer = () => {
    const first = random.whole(0, phrases.answers.length - 1);
    const sentences = Array.from(
      { length: random.whole(1, 3) },
      (_, index) => phrases.answers[(first + index * 3) % phrases.answers.length] ?? '',
    );
    return fill(sentences.join(language === 'chinese' || language === 'japanese' ? '' : ' '), slots);
  };

  const messages: Message[] = [];
  if (random.chance(0.4)) messages.push({ role: 'system', content: random.pick(phrases.systems) });
  messages.push({ role: 'user', content: say(phrases.questions) });
  while (random.chance(0.12)) {
    messages.push(
      { role: 'assistant', content: answer() },
      { role: 'user', content: random.pick(phrases.followUps) },
    );
  }
  const written = messages.length * 60;
  const last = messages.at(-1);
  if (last && promptTokens > 4 * written) last.content += documents(random, promptTokens - written);
  return { messages, answer: answer() };
}

function fill(template: string, slots: { topic: string; name: string; number: string }): string {
  return template.replace(/\{(topic|name|number)\}/g, (_, slot: keyof typeof slots) => slots[slot]);
}
