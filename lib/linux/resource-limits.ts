import {readFileSync} from 'node:fs';

/** The first column of /proc/PID/limits, by the names that ulimit(1) and docker have for it. */
const titles: Readonly<Record<string, string>> = {
	core: 'Max core file size',
	cpu: 'Max cpu time',
	data: 'Max data size',
	fsize: 'Max file size',
	locks: 'Max file locks',
	memlock: 'Max locked memory',
	msgqueue: 'Max msgqueue size',
	nice: 'Max nice priority',
	nofile: 'Max open files',
	nproc: 'Max processes',
	rss: 'Max resident set',
	rtprio: 'Max realtime priority',
	rttime: 'Max realtime timeout',
	sigpending: 'Max pending signals',
	stack: 'Max stack size',
};

/**
 * How high this process and its children may set each limit: its hard limits by name, `Infinity` for none. A user
 * namespace gives nobody the right to raise them. https://man7.org/linux/man-pages/man2/getrlimit.2.html
 */
export function hardLimits(limits = readFileSync('/proc/self/limits', 'utf8')): Readonly<Record<string, number>> {
	const lines = limits.split('\n');
	return Object.fromEntries(
		Object.entries(titles).flatMap(([name, title]) => {
			const [, hard] =
				lines
					.find(line => line.startsWith(title))
					?.slice(title.length)
					.trim()
					.split(/\s+/) ?? [];
			return hard === undefined ? [] : [[name, hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)]];
		}),
	);
}
