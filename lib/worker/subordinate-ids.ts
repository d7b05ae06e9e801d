import {readFileSync} from 'node:fs';

/** Ids of the host that a user may map: https://man7.org/linux/man-pages/man5/subuid.5.html */
export interface IdRange {
	readonly start: number;
	readonly count: number;
}

/** Who the files name by login name or by number. */
export interface Account {
	readonly uid: number;
	readonly name: string;
}

/** The ranges in the text of /etc/subuid or /etc/subgid for `account`, in their order; lines that are none are skipped. */
export function parseSubordinateIds(text: string, account: Account): readonly IdRange[] {
	return text
		.split('\n')
		.map(line => line.trim().split(':'))
		.filter(([owner]) => owner === account.name || owner === String(account.uid))
		.map(([, start, count]) => ({start: Number(start), count: Number(count)}))
		.filter(({start, count}) => Number.isSafeInteger(start) && Number.isSafeInteger(count) && count > 0);
}

/** The ranges in `file`; none if it cannot be read. */
export function readSubordinateIds(file: string, account: Account): readonly IdRange[] {
	try {
		return parseSubordinateIds(readFileSync(file, 'utf8'), account);
	} catch {
		return [];
	}
}
