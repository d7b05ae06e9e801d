import {readFileSync} from 'node:fs';
import module, {createRequire} from 'node:module';
import {dirname} from 'node:path';
import {constants, Script} from 'node:vm';

/** The command as V8 takes it. What V8 has compiled of it is of use only to who makes the script and runs it in the same way. */
export interface CommandScript {
	readonly script: Script;
	run(): void;
}

export function commandScript(file: string, cachedData?: Buffer): CommandScript {
	// scripts/build writes ASCII, which needs no decoding.
	const script = new Script(module.wrap(readFileSync(file, 'latin1')), {
		filename: file,
		...(cachedData && {cachedData}),
		importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
	});
	return {script, run: () => script.runInThisContext()({}, createRequire(file), {}, file, dirname(file))};
}
