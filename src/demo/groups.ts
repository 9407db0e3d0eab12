import type { Provider } from './models.js';

/** A language that people and a model speak, or what programs ask of it. */
export type Speech =
  | 'english'
  | 'chinese'
  | 'japanese'
  | 'german'
  | 'spanish'
  | 'french'
  | 'arabic'
  | 'code'
  | 'search'
  | 'invoices';

/** A team that calls models, and how it does. */
export interface DemoGroup {
  /** Null for calls that are counted for no group. */
  name: string | null;
  /** How many calls it makes, relative to the others. */
  weight: number;
  /** How much it grows in the year: 1 doubles. */
  growth: number;
  /** `office` works on weekdays by day, `shop` also at weekends, `machine` by night and by day alike. */
  rhythm: 'office' | 'shop' | 'machine';
  /** Hours that its clocks are ahead of UTC. */
  offset: number;
  /** What its conversations are held in, each with its relative frequency. */
  speaks: Partial<Record<Speech, number>>;
  /** Median tokens of a prompt and of a completion. */
  prompt: number;
  completion: number;
  /** Customers whose activation codes its calls carry. */
  customers: number;
  /** Providers that it prefers, against 1 for the others. */
  prefers: Partial<Record<Provider, number>>;
}

export const GROUPS: readonly DemoGroup[] = [
  {
    name: 'Support assistant',
    weight: 24,
    growth: 1.2,
    rhythm: 'shop',
    offset: 1,
    speaks: { english: 6, german: 2, spanish: 2, french: 2 },
    prompt: 900,
    completion: 210,
    customers: 110,
    prefers: { openai: 2 },
  },
  {
    name: 'Shop search',
    weight: 18,
    growth: 0.8,
    rhythm: 'shop',
    offset: -5,
    speaks: { search: 1 },
    prompt: 260,
    completion: 45,
    customers: 60,
    prefers: { openai: 3 },
  },
  {
    name: 'Contract review',
    weight: 6,
    growth: 0.4,
    rhythm: 'office',
    offset: 0,
    speaks: { english: 5, french: 2, german: 2 },
    prompt: 6_800,
    completion: 620,
    customers: 18,
    prefers: { anthropic: 4 },
  },
  {
    name: 'Code completion',
    weight: 15,
    growth: 1.8,
    rhythm: 'office',
    offset: -8,
    speaks: { code: 9, english: 1 },
    prompt: 1_900,
    completion: 130,
    customers: 0,
    prefers: { anthropic: 3, deepseek: 2 },
  },
  {
    name: '客服机器人',
    weight: 13,
    growth: 1.5,
    rhythm: 'shop',
    offset: 8,
    speaks: { chinese: 12, english: 1 },
    prompt: 620,
    completion: 190,
    customers: 70,
    prefers: { alibaba: 8, deepseek: 5, openai: 0.4, anthropic: 0.2 },
  },
  {
    name: '社内ヘルプデスク',
    weight: 6,
    growth: 0.6,
    rhythm: 'office',
    offset: 9,
    speaks: { japanese: 10, english: 1 },
    prompt: 700,
    completion: 260,
    customers: 0,
    prefers: { openai: 2 },
  },
  {
    name: 'Übersetzung & Lektorat',
    weight: 5,
    growth: 0.3,
    rhythm: 'office',
    offset: 1,
    speaks: { german: 6, french: 3, english: 2 },
    prompt: 1_200,
    completion: 980,
    customers: 24,
    prefers: { anthropic: 2 },
  },
  {
    name: 'Marketing texts',
    weight: 5,
    growth: -0.2,
    rhythm: 'office',
    offset: -3,
    speaks: { english: 4, spanish: 4, arabic: 1 },
    prompt: 420,
    completion: 540,
    customers: 12,
    prefers: {},
  },
  {
    name: 'Atención al cliente',
    weight: 5,
    growth: 0.9,
    rhythm: 'shop',
    offset: -6,
    speaks: { spanish: 10 },
    prompt: 750,
    completion: 180,
    customers: 32,
    prefers: { openai: 2 },
  },
  {
    name: 'مساعد المبيعات',
    weight: 3,
    growth: 1.1,
    rhythm: 'shop',
    offset: 3,
    speaks: { arabic: 8, english: 2 },
    prompt: 540,
    completion: 200,
    customers: 16,
    prefers: {},
  },
  {
    name: 'Invoice extraction',
    weight: 7,
    growth: 0.5,
    rhythm: 'machine',
    offset: 0,
    speaks: { invoices: 1 },
    prompt: 2_600,
    completion: 240,
    customers: 20,
    prefers: { openai: 2 },
  },
  {
    name: 'Nightly evaluation',
    weight: 4,
    growth: 0.1,
    rhythm: 'machine',
    offset: 0,
    speaks: { english: 3, chinese: 1, japanese: 1 },
    prompt: 1_100,
    completion: 420,
    customers: 0,
    prefers: {},
  },
  {
    name: null,
    weight: 3,
    growth: 0,
    rhythm: 'office',
    offset: 0,
    speaks: { english: 4, chinese: 1, german: 1 },
    prompt: 300,
    completion: 240,
    customers: 0,
    prefers: {},
  },
];
