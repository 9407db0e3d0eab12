import type { Phrases } from './phrases.js';

/** What customers type into the search of a shop, and the articles that the model picks. */
export const search: Phrases = {
  systems: ['Pick the articles that fit the search.'],
  topics: [
    'rain jacket',
    'running shoes',
    'wireless headphones',
    'coffee machine',
    'desk lamp',
    'zapatos de niño',
    'mochila impermeable',
    'tent for {minutes} people',
    'usb-c cable {minutes} m',
    'silla de oficina',
    'yoga mat',
    'bike light',
  ],
  names: ['blue', 'men', 'women', 'kids', 'cheap', 'XL', 'rojo', 'size 42'],
  questions: ['{topic}', '{topic} {name}', '{name} {topic}', '{topic} {number}'],
  answers: ['SKU-{number}', 'SKU-{minutes}'],
  followUps: ['in black', 'under 50'],
};
