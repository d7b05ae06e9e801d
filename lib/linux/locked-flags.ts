import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';

const restrictions = ['nosuid', 'nodev', 'noexec'];

/**
 * Which restrictions the mount has that `path` lies on. In a user namespace they are locked: a read-only bind of
 * what lies there must repeat them (mount_namespaces(7), "Restrictions on mount namespaces").
 */
export function lockedFlags(path: string, mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')): readonly string[] {
	const options = mountOf(resolve(path), mountinfo)?.options ?? [];
	return restrictions.filter(name => options.includes(name));
}

/** The mount that covers a path: the last one whose mount point is the longest prefix. */
function mountOf(path: string, mountinfo: string) {
	const mounts = mountinfo
		.split('\n')
		.map(line => line.split(' '))
		.map(([, , , , point = '', options = '']) => ({point: unescapeOctal(point), options: options.split(',')}))
		.filter(({point}) => point !== '' && covers(point, path));
	return mounts.reduce<(typeof mounts)[number] | undefined>(
		(best, mount) => (!best || mount.point.length >= best.point.length ? mount : best),
		undefined,
	);
}

function covers(point: string, path: string): boolean {
	return point === '/' || path === point || path.startsWith(`${point}/`);
}

/** Blanks, tabs, line feeds and backslashes are octal there: proc_pid_mountinfo(5). */
function unescapeOctal(text: string): string {
	return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
