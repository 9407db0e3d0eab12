import { isObjectType, type GraphQLSchema } from 'graphql';
import { Extensions } from 'type-graphql';
import type { ByteText } from '../../database/byte-text.js';
import type { AnswerTexts } from './answer-texts.js';

/** The items of a list as the database has printed them: each the JSON that the answer is to hold. */
export class PrintedList {
  constructor(readonly items: readonly ByteText[]) {}
}

/**
 * Declares of a list field that its property, a function, may give a {@link PrintedList}: that the items are printed with
 * just the fields that the operation selects of them.
 */
export function MayBePrinted(): PropertyDecorator {
  return Extensions({ mayBePrinted: true });
}

/** Makes a schema put printed lists into its answers, wherever {@link MayBePrinted} declares that there can be one. */
export function answerPrintedLists(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      if (field.extensions['mayBePrinted'] !== true) continue;
      field.resolve = async (
        source: Record<string, () => Promise<unknown>>,
        _args,
        context: { answer: AnswerTexts },
        info,
      ) => {
        const list = await source[field.name]?.();
        return list instanceof PrintedList ? context.answer.keepList(list.items, info.path) : list;
      };
    }
  }
  return schema;
}
