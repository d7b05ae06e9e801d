import {chmod, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';

/** A folder of its own for a test, gone after it. */
export async function folderFor(t: ExecutionContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'strata-spec-'));
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	return folder;
}

/** The same, which others may enter too. */
export async function sharedFolder(t: ExecutionContext): Promise<string> {
	const folder = await folderFor(t);
	await chmod(folder, 0o755);
	return folder;
}
