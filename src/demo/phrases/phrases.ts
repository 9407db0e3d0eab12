/**
 * Pieces that conversations in one language are put together from. {topic} stands for one of the topics,
 * {number} for a number, {name} for a person.
 */
export interface Phrases {
  systems: string[];
  topics: string[];
  names: string[];
  questions: string[];
  answers: string[];
  followUps: string[];
}
