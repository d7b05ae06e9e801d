import {randomBytes} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {tidyHome} from './names.ts';
import type {Shell} from './shell.ts';

/** What a bug ended: a build, or something else that was done with a store. */
export interface CrashSite {
	readonly build?: string;
	/** Default: where stores are. */
	readonly root?: string | undefined;
}

/** Reports a bug of ours. The stack goes to a file, and to the screen only if it is asked for. */
export async function bugLines(
	error: unknown,
	{err, env, home}: Pick<Shell, 'err' | 'env' | 'home'>,
	site: CrashSite,
): Promise<readonly string[]> {
	const message = error instanceof Error ? error.message : String(error);
	const report = await writeReport(error, site);
	return [
		`${err.red('error:')} this is a bug in strata: ${message.split('\n')[0]}`,
		...(report === undefined ? [] : [`note: report in ${tidyHome(report, home)}, without secrets and environment`]),
		'help: please send it: npm bugs strata-build',
		...(env.STRATA_DEBUG === '1' ? stackOf(error).split('\n') : []),
	];
}

async function writeReport(error: unknown, {build, root}: CrashSite): Promise<string | undefined> {
	try {
		const {defaultRoot, version} = await import('../index.ts');
		const folder = join(root ?? defaultRoot(), 'crash');
		const path = join(folder, `${build ?? randomBytes(3).toString('hex')}.txt`);
		const machine = `strata ${version}, Node ${process.version}, ${process.platform}/${process.arch}`;
		mkdirSync(folder, {recursive: true});
		writeFileSync(path, `${machine}\n${stackOf(error)}\n`, {mode: 0o600});
		return path;
	} catch {
		return undefined;
	}
}

function stackOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
	return `${error.stack ?? error.message}${cause}`;
}
