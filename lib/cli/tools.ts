import {findProgram} from '../programs.ts';

/** Which of `names` can be started from PATH. */
export function findTools(names: readonly string[], {PATH = ''}: NodeJS.ProcessEnv): readonly string[] {
	return names.filter(name => findProgram(name, PATH) !== undefined);
}
