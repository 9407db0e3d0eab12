import { maySeeGroup, type CallerContext } from '../access/caller.js';
import { storableText } from '../database/storable-text.js';
import { badUserInput } from '../graphql/errors.js';
import { Group } from './group.js';

const MAX_NAME_LENGTH = 255;
const CREATE_GROUP_LOCK = 7_301_005;

/**
 * Makes a group.
 *
 * @throws BAD_USER_INPUT when the name is blank, too long or taken
 */
export async function createGroup({ em, caller }: CallerContext, name: string): Promise<Group> {
  const stored = storableText(name.trim());
  if (stored === '' || Array.from(stored).length > MAX_NAME_LENGTH) {
    throw badUserInput('name', `must be from 1 to ${MAX_NAME_LENGTH} characters long.`);
  }
  try {
    return await em.transactional(async (transaction) => {
      // The table has no unique name to rely on: another backend may have made it.
      await transaction.execute('SELECT pg_advisory_xact_lock(?)', [CREATE_GROUP_LOCK]);
      const taken = await transaction.findOne(Group, { name: stored });
      if (taken) {
        const which = maySeeGroup(caller, taken.id) ? `group ${taken.id}` : 'a group';
        throw badUserInput(
          'name',
          `must not be taken; ${which} is already called ${JSON.stringify(stored)}.`,
        );
      }
      return transaction.create(Group, { name: stored });
    });
  } catch (error) {
    throw explainRefusal(error);
  }
}

/** A table that another backend made may hold shorter names, or check them in ways of its own. */
function explainRefusal(error: unknown): unknown {
  const { code = '' } = error as { code?: string };
  if (code === '22001') return badUserInput('name', 'is too long for this database.');
  if (/^23...$/.test(code)) return badUserInput('name', 'was refused by the database; choose another.');
  return error;
}
