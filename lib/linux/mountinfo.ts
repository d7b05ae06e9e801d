/** A line of /proc/PID/mountinfo: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
export interface MountLine {
	readonly point: string;
	/** Of the mount, not of the filesystem. */
	readonly options: readonly string[];
}

/** The mounts in the order in which they were made. */
export function parseMountinfo(mountinfo: string): readonly MountLine[] {
	return mountinfo
		.split('\n')
		.map(line => line.split(' '))
		.map(([, , , , point = '', options = '']) => ({point: unescapeOctal(point), options: options.split(',')}))
		.filter(({point}) => point !== '');
}

/** Whether `path` is `point` or lies below it. */
export function isBelow(point: string, path: string): boolean {
	return point === '/' || path === point || path.startsWith(`${point}/`);
}

/** Blanks, tabs, line feeds and backslashes are octal there. */
function unescapeOctal(text: string): string {
	return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
