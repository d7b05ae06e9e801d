import type {Shell} from './shell.ts';

export type Mode = 'tty' | 'plain' | 'rawjson';

/** How progress is shown, and what to say of it: `--progress`, else the environment, else what the terminal can (UX.md section 6). */
export function progressMode(
	flag: string | undefined,
	{env, stderr}: Pick<Shell, 'env' | 'stderr'>,
): {readonly mode: Mode; readonly note?: string} {
	const asked = flag ?? [env.STRATA_PROGRESS, env.BUILDKIT_PROGRESS].find(isMode) ?? 'auto';
	if (asked === 'plain' || asked === 'rawjson') return {mode: asked};
	if (asked === 'auto') return {mode: canRedraw(stderr) && wantsMotion(env) ? 'tty' : 'plain'};
	if (!stderr.isTTY) return {mode: 'plain', note: 'note: stderr is no terminal: plain progress'};
	return {mode: canRedraw(stderr) ? 'tty' : 'plain'};
}

function isMode(text: string | undefined): boolean {
	return text === 'auto' || text === 'tty' || text === 'plain' || text === 'rawjson';
}

function canRedraw({isTTY, columns}: NodeJS.WriteStream): boolean {
	return Boolean(isTTY) && columns >= 40;
}

function wantsMotion({TERM, CI, ACCESSIBLE}: NodeJS.ProcessEnv): boolean {
	return TERM !== 'dumb' && (!CI || CI === '0' || CI === 'false') && !ACCESSIBLE;
}
