import {plural} from './names.ts';

/** `0.0s` to `59.9s`, `4m 05s`, `1h 02m`. Cut, not rounded: a time that shows has passed. */
export function formatTime(ms: number): string {
	const seconds = Math.floor(Math.max(ms, 0) / 1000);
	if (seconds < 60) return `${(Math.floor(Math.max(ms, 0) / 100) / 10).toFixed(1)}s`;
	if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${twoDigits(seconds % 60)}s`;
	return `${Math.floor(seconds / 3600)}h ${twoDigits(Math.floor(seconds / 60) % 60)}m`;
}

/** Each unit, its seconds, and from how many of them on it is used. */
const ages: readonly (readonly [unit: string, seconds: number, from: number])[] = [
	['year', 365 * 86_400, 2],
	['month', 30 * 86_400, 2],
	['week', 7 * 86_400, 2],
	['day', 86_400, 2],
	['hour', 3600, 1],
	['minute', 60, 1],
];

/** `2 minutes ago`, `5 weeks ago`. */
export function formatAge(then: number, now: number): string {
	const seconds = Math.max(0, Math.floor((now - then) / 1000));
	const [unit, size] = ages.find(([, size, from]) => seconds >= size * from) ?? ['second', 1];
	return `${plural(Math.floor(seconds / size), unit)} ago`;
}

const units: Readonly<Record<string, number>> = {s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5};

/** `72h`, `30m`, `7d`, `1h30m` in milliseconds; undefined if it is no span of time. */
export function parseSpan(text: string): number | undefined {
	if (!/^(?:\d+[smhdw])+$/.test(text)) return undefined;
	return [...text.matchAll(/(\d+)([smhdw])/g)].reduce(
		(sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0),
		0,
	);
}

function twoDigits(value: number): string {
	return String(value).padStart(2, '0');
}
