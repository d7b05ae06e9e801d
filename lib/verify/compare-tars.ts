import {createHash} from 'node:crypto';
import {compressionOf, openDecompressed} from '../layer/decompress.ts';
import {isTar} from '../layer/read-archive.ts';
import {readTar} from '../layer/read-tar.ts';

/**
 * How two archives differ, compressed or not; `same` if their members are the same, so that the difference lies in how they are
 * written. Undefined if one of them is no tar, or their members differ otherwise.
 */
export async function compareTars(
	one: string,
	other: string,
): Promise<'member-times' | 'member-order' | 'same' | undefined> {
	const [left, right] = [await membersOf(one), await membersOf(other)];
	if (!left || !right) return undefined;
	const texts = (members: readonly Member[]) => members.map(({identity}) => identity);
	if (texts(left).sort().join('\n') !== texts(right).sort().join('\n')) return undefined;
	if (texts(left).join('\n') !== texts(right).join('\n')) return 'member-order';
	return left.some(({mtime}, at) => mtime !== right[at]?.mtime) ? 'member-times' : 'same';
}

interface Member {
	/** All of it but its time. */
	readonly identity: string;
	readonly mtime: number;
}

async function membersOf(path: string): Promise<readonly Member[] | undefined> {
	if (!(await isTar(path))) return undefined;
	const members: Member[] = [];
	try {
		for await (const member of readTar(openDecompressed(path, compressionOf(path)))) {
			const {name, type, mode, uid, gid, linkname, xattrs, mtime} = member;
			const hash = createHash('sha256');
			for await (const chunk of member.content()) hash.update(chunk);
			const identity = JSON.stringify([name, type, mode, uid, gid, linkname, xattrs, hash.digest('hex')]);
			members.push({identity, mtime});
		}
		return members;
	} catch {
		// what cannot be read to its end is no archive
		return undefined;
	}
}
