/** What becomes of the times of files, in seconds: none is later than `latest`, or each is `all`. */
export type FileTimes = {readonly latest: number} | {readonly all: number};

/** The time that a file has in a layer, in whole seconds: time zones, clocks and nanoseconds of the machine do not show. */
export function layerTime(mtime: number, times: FileTimes | undefined): number {
	const seconds = Math.floor(mtime);
	if (times === undefined) return seconds;
	return 'all' in times ? times.all : Math.min(seconds, times.latest);
}
