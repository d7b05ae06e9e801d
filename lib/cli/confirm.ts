import {ask} from './ask.ts';
import type {Shell} from './shell.ts';

/** Says what would go and asks; whoever is not at a terminal meant it. */
export async function confirm(
	{story, text}: {readonly story: readonly string[]; readonly text: string},
	{stdin, stderr}: Pick<Shell, 'stdin' | 'stderr'>,
): Promise<boolean> {
	if (!stdin.isTTY || !stderr.isTTY) return true;
	for (const line of story) stderr.write(`${line}\n`);
	return /^y(es)?$/i.test((await ask(`${text} [y/N] `, {stdin, stderr})).trim());
}
