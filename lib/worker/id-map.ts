import {readFileSync} from 'node:fs';
import {userInfo} from 'node:os';
import {findProgram} from '../programs.ts';
import {type Account, type IdRange, readSubordinateIds} from './subordinate-ids.ts';

/** One line of /proc/PID/uid_map: https://man7.org/linux/man-pages/man7/user_namespaces.7.html */
export interface MapLine {
	readonly inside: number;
	readonly outside: number;
	readonly count: number;
}

/**
 * How ids of the user namespace become ids of the machine. `direct`: we may write the map ourselves, being root.
 * `helper`: newuidmap and newgidmap do. `single`: only our own id is in it.
 */
export interface IdMap {
	readonly by: 'direct' | 'helper' | 'single';
	readonly uids: readonly MapLine[];
	readonly gids: readonly MapLine[];
	/** Ids from 0 on that files may have, users and groups alike. */
	readonly ids: number;
}

/** What images use: more is EINVAL in the namespace. */
const mostIds = 65_536;

/** The best map this process can get. */
export function chooseIdMap(): IdMap {
	if (process.geteuid?.() === 0) return directMap();
	const account = currentAccount();
	const uids = readSubordinateIds('/etc/subuid', account);
	const gids = readSubordinateIds('/etc/subgid', account);
	return hasIdHelpers() && uids.length > 0 && gids.length > 0 ? helperMap(uids, gids) : singleMap();
}

/** Why a namespace of ours has one id only, where it has: nobody gave us more, or those that were given did not work. */
export function whyOneId(map = chooseIdMap()): OneId {
	return map.by === 'single' ? 'none' : 'refused';
}

export type OneId = 'none' | 'refused';

/** Only ourselves, as root of the namespace. */
export function singleMap(): IdMap {
	const line = (outside: number | undefined) => [{inside: 0, outside: outside ?? 0, count: 1}];
	return {by: 'single', uids: line(process.geteuid?.()), gids: line(process.getegid?.()), ids: 1};
}

/** Root maps every id to itself, as far as its own namespace has them. */
function directMap(): IdMap {
	const ids = Math.min(mostIds, idsFromZero('uid'), idsFromZero('gid'));
	if (ids <= 1) return singleMap();
	const lines = [{inside: 0, outside: 0, count: ids}];
	return {by: 'direct', uids: lines, gids: lines, ids};
}

function helperMap(uids: readonly IdRange[], gids: readonly IdRange[]): IdMap {
	const maps = [stack(process.geteuid?.() ?? 0, uids), stack(process.getegid?.() ?? 0, gids)] as const;
	const [users, groups] = maps;
	return {by: 'helper', uids: users, gids: groups, ids: Math.min(...maps.map(lines => end(lines.at(-1))), mostIds)};
}

/** Ourselves as 0, then the ranges one after another. */
function stack(own: number, ranges: readonly IdRange[]): readonly MapLine[] {
	const lines: MapLine[] = [{inside: 0, outside: own, count: 1}];
	for (const {start, count} of ranges) {
		const inside = end(lines.at(-1));
		if (inside < mostIds) lines.push({inside, outside: start, count: Math.min(count, mostIds + 1 - inside)});
	}
	return lines;
}

function end(line: MapLine | undefined): number {
	return line ? line.inside + line.count : 0;
}

function idsFromZero(kind: 'uid' | 'gid'): number {
	const lines = readFileSync(`/proc/self/${kind}_map`, 'utf8').trim().split('\n');
	const first = lines.map(line => line.trim().split(/\s+/).map(Number)).find(([inside]) => inside === 0);
	return first?.[2] ?? 0;
}

/** Whether the programs that map subordinate ids are here. */
export function hasIdHelpers(): boolean {
	return ['newuidmap', 'newgidmap'].every(name => findProgram(name) !== undefined);
}

/** Who we are; a user id without an entry in passwd has its number for a name. */
export function currentAccount(): Account {
	const uid = process.geteuid?.() ?? 0;
	try {
		return {uid, name: userInfo().username};
	} catch {
		return {uid, name: String(uid)};
	}
}
