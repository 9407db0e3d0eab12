import { execute, GraphQLError, parse, type GraphQLSchema } from 'graphql';
import type { Database } from '../../database/database.js';
import { printAnswer, type AnswerTexts } from '../../graphql/answer/answer-texts.js';
import type { RecordingDatabase } from './recording-database.js';
import { Recording, type World } from './recording.js';

/** What a dry run answered, and what it did. */
export interface DryRun {
  data: unknown;
  /** The errors that a client is told of; it is not told of those that are no GraphQLError. */
  errors: GraphQLError[];
  recording: Recording;
}

/** The context of one operation on a database, as a server would make it. */
export type ContextFactory = (database: Database) => { answer: AnswerTexts };

/** Runs operations against a database that is none. What resolvers throw is no matter: what they did before counts. */
export class DryRunner {
  readonly #runs = new Map<string, Promise<DryRun>>();

  constructor(
    readonly schema: GraphQLSchema,
    readonly recording: RecordingDatabase,
    readonly createContext: ContextFactory,
  ) {}

  /** Runs an operation in a world; a second time, gives what came of the first. */
  runOnce(operation: string, world: World): Promise<DryRun> {
    const key = `${world.name} ${operation}`;
    const run = this.#runs.get(key) ?? this.run(operation, new Recording(world));
    this.#runs.set(key, run);
    return run;
  }

  /** @param rootOf makes the object that the operation begins at */
  async run(
    operation: string,
    recording: Recording,
    schema = this.schema,
    rootOf?: (recording: Recording) => unknown,
  ): Promise<DryRun> {
    const contextValue = this.createContext(this.recording.database);
    const { data, errors = [] } = await this.recording.record(recording, async () =>
      execute({
        schema,
        document: parse(operation, { noLocation: true }),
        rootValue: rootOf?.(recording),
        contextValue,
      }),
    );
    const told = errors.filter(
      ({ originalError }) => !originalError || originalError instanceof GraphQLError,
    );
    return { data: asSent(data, contextValue.answer), errors: told, recording };
  }
}

/** With the texts that the database gives for the answer; of made-up values, not all are JSON. */
function asSent(data: unknown, answer: AnswerTexts): unknown {
  try {
    return (JSON.parse(printAnswer({ data: answer.complete(data) }).toString()) as { data: unknown }).data;
  } catch {
    return data;
  }
}
