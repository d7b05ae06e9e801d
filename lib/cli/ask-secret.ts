import {UsageError} from '../errors.ts';
import {askHidden} from './ask.ts';
import type {Shell} from './shell.ts';

/** Asks for something that nobody else is to see: what is typed is not shown. Rejects where there is no terminal to ask at. */
export async function askSecret(question: string, {stdin, stderr}: Pick<Shell, 'stdin' | 'stderr'>): Promise<string> {
	if (!stdin.isTTY || !stderr.isTTY) {
		throw new UsageError('NO_TERMINAL', 'there is no terminal to ask for the password at', {
			help: ['give it on stdin: strata login --password-stdin', 'or in the environment: STRATA_CREDS=USER:PASSWORD'],
		});
	}
	return askHidden(question, {stdin, stderr});
}
