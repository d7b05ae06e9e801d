import {StepError} from '../errors.ts';

/** Who a process runs as. */
export interface UserIds {
	readonly uid: number;
	readonly gid: number;
	/** Supplementary groups, without `gid`. */
	readonly groups: readonly number[];
	readonly home: string;
}

/** Who owns a file. */
export interface Owner {
	readonly uid: number;
	readonly gid: number;
}

interface PasswdLine {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
	readonly home: string;
}

interface GroupLine {
	readonly name: string;
	readonly gid: number;
	readonly members: readonly string[];
}

/** The largest id there is: 2^32 - 1 means "leave it" to chown(2). */
const maxId = 2 ** 32 - 2;

/**
 * The ids of a USER (`''`, `name`, `uid`, `user:group`) by the texts of /etc/passwd and /etc/group, either of which may be empty.
 * A number is always an id, never a name; a lone user gets the groups that list it as a member; with a group, only that group counts.
 * Rules of runc and docker: https://github.com/moby/sys/blob/main/user/user.go
 */
export function findUser(spec: string, passwd: string, group: string): UserIds {
	const {user, group: groupName} = splitSpec(spec);
	const account = findAccount(user || '0', passwd);
	const uid = account?.uid ?? idOf(user || '0') ?? rootOnly(user);
	const home = account?.home || '/';
	if (groupName !== undefined) return {uid, gid: findGroup(groupName, group), groups: [], home};
	const gid = account?.gid ?? 0;
	return {uid, gid, groups: groupsOf(account?.name, group).filter(id => id !== gid), home};
}

/**
 * The owner that `--chown` names. A lone number stands for both ids, a lone name for its account's; `root` is always 0;
 * a name that is not there is an error (BuildKit would silently take 0).
 */
export function findOwner(spec: string, passwd: string, group: string): Owner {
	const {user, group: groupName} = splitSpec(spec);
	const number = idOf(user || '0');
	const account = number === undefined ? findAccount(user, passwd) : undefined;
	const uid = number ?? account?.uid ?? rootOnly(user);
	return {uid, gid: groupName === undefined ? (account?.gid ?? uid) : findGroup(groupName, group)};
}

function splitSpec(spec: string): {user: string; group?: string} {
	const [user = '', ...rest] = spec.split(':');
	const group = rest.join(':');
	return group === '' ? {user} : {user, group};
}

/** The first line of passwd that a name or a number means. */
function findAccount(user: string, passwd: string): PasswdLine | undefined {
	const id = idOf(user);
	return accounts(passwd).find(line => (id === undefined ? line.name === user : line.uid === id));
}

const addIt = ['numbers need no entry there, as in 1000', 'or add it in a RUN above'];

/** Images without /etc/passwd have a root all the same. */
function rootOnly(user: string): number {
	if (user === 'root') return 0;
	throw new StepError('UNKNOWN_USER', `unknown user ${user}: not in /etc/passwd of the image`, {help: addIt});
}

function findGroup(name: string, group: string): number {
	const id = idOf(name) ?? groupLines(group).find(line => line.name === name)?.gid;
	if (id !== undefined) return id;
	if (name === 'root') return 0;
	throw new StepError('UNKNOWN_GROUP', `unknown group ${name}: not in /etc/group of the image`, {help: addIt});
}

function groupsOf(name: string | undefined, group: string): number[] {
	if (name === undefined) return [];
	const ids = groupLines(group).filter(line => line.members.includes(name));
	return [...new Set(ids.map(line => line.gid))];
}

/** `text` as an id; undefined if it is no number at all. */
function idOf(text: string): number | undefined {
	if (!/^\d+$/.test(text)) return undefined;
	const id = Number(text);
	if (id <= maxId) return id;
	throw new StepError('ID_RANGE', `id ${text} is larger than any id can be`, {help: [`ids go up to ${maxId}`]});
}

/** Lines that do not say what they should are skipped, as libc does. https://man7.org/linux/man-pages/man5/passwd.5.html */
function accounts(passwd: string): PasswdLine[] {
	return fieldsOf(passwd).flatMap(([name = '', , uid = '', gid = '', , home = '']) =>
		isId(uid) ? [{name, uid: Number(uid), gid: isId(gid) ? Number(gid) : 0, home}] : [],
	);
}

/** https://man7.org/linux/man-pages/man5/group.5.html */
function groupLines(group: string): GroupLine[] {
	return fieldsOf(group).flatMap(([name = '', , gid = '', members = '']) =>
		isId(gid) ? [{name, gid: Number(gid), members: members.split(',').map(member => member.trim())}] : [],
	);
}

function fieldsOf(text: string): string[][] {
	const lines = text.split('\n').map(line => line.trim());
	return lines.filter(line => line !== '' && !line.startsWith('#')).map(line => line.split(':'));
}

function isId(text: string): boolean {
	return /^\d+$/.test(text) && Number(text) <= maxId;
}
