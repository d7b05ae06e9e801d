import {accessSync, constants} from 'node:fs';
import {join} from 'node:path';

/** Which of `names` can be started from PATH. */
export function findTools(names: readonly string[], {PATH = ''}: NodeJS.ProcessEnv): readonly string[] {
	const folders = PATH.split(':').filter(folder => folder !== '');
	return names.filter(name => folders.some(folder => isProgram(join(folder, name))));
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
