import {homedir} from 'node:os';
import {join, resolve} from 'node:path';

/** `$STRATA_ROOT`, else `$XDG_DATA_HOME/strata`, else `~/.local/share/strata`. */
export function defaultRoot(
	env: Readonly<Record<string, string | undefined>> = process.env,
	home: string = homedir(),
): string {
	if (env.STRATA_ROOT) return resolve(env.STRATA_ROOT);
	const data = env.XDG_DATA_HOME;
	// a relative path is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
	return join(data?.startsWith('/') ? data : join(home, '.local/share'), 'strata');
}
