import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmdirSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, relative, resolve} from 'node:path';

/** Whether root stands in a folder that other users cannot reach, such as one in its home. The specs are run as others too. */
export function isPrivate(folder) {
	if (process.getuid() !== 0) return false;
	for (let path = folder; path !== dirname(path); path = dirname(path)) {
		if ((statSync(path).mode & 0o001) === 0) return true;
	}
	return false;
}

/** Runs this process again, where the same folder is seen below /tmp too: by a mount that nobody else sees. Answers its exit code. */
export function inPublicFolder() {
	const [node, script, ...args] = process.argv;
	const seen = mkdtempSync(join(tmpdir(), 'strata-project-'));
	const shell = 'chmod 755 "$1"; mount --bind "$PWD" "$1"; cd "$1"; shift; exec "$@"';
	const command = [node, join(seen, relative(process.cwd(), script)), ...args];
	const corpus = resolve('../shared/corpus');
	const env = {...(existsSync(corpus) && {STRATA_CORPUS: corpus}), ...process.env};
	try {
		return (
			spawnSync('unshare', ['--mount', 'sh', '-e', '-c', shell, 'sh', seen, ...command], {stdio: 'inherit', env})
				.status ?? 1
		);
	} finally {
		rmdirSync(seen);
	}
}
