import {execFile} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {promisify} from 'node:util';
import type {IdMap, MapLine} from './id-map.ts';

const run = promisify(execFile);

/**
 * Gives the user namespace of process `pid` its ids; can be done once. Rejects if the kernel or a helper refuses.
 * A process without privilege may map its group only where setgroups(2) is denied.
 */
export async function writeIdMap(pid: number, map: IdMap): Promise<void> {
	if (map.by === 'helper') {
		await run('newuidmap', [String(pid), ...map.uids.flatMap(fields)]);
		await run('newgidmap', [String(pid), ...map.gids.flatMap(fields)]);
		return;
	}
	if (map.by === 'single') writeFileSync(`/proc/${pid}/setgroups`, 'deny');
	writeFileSync(`/proc/${pid}/uid_map`, map.uids.map(text).join(''));
	writeFileSync(`/proc/${pid}/gid_map`, map.gids.map(text).join(''));
}

function fields({inside, outside, count}: MapLine): string[] {
	return [inside, outside, count].map(String);
}

function text(line: MapLine): string {
	return `${fields(line).join(' ')}\n`;
}
