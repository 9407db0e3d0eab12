/**
 * Pieces that the conversations of one kind are put together from. {topic} stands for one of the topics,
 * {name} for one of the names, {number} for the number of a thing, {minutes} for a small number.
 */
export interface Phrases {
  systems: string[];
  topics: string[];
  names: string[];
  questions: string[];
  answers: string[];
  followUps: string[];
}
