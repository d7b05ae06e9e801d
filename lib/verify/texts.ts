/** Whether two texts have the same lines, and not in the same order. */
export function isSameButOrder(one: string, other: string): boolean {
	return one !== other && sortedLines(one) === sortedLines(other);
}

/** Whether two texts are the same once everything that reads as a time of these days, or as the time that something took, is left out. */
export function isSameButTimes(one: string, other: string, now = Date.now()): boolean {
	return one !== other && withoutTimes(one, now) === withoutTimes(other, now);
}

function sortedLines(text: string): string {
	return text.split('\n').sort().join('\n');
}

const day = 24 * 60 * 60 * 1000;

/** Dates and times of day as people and RFCs write them, durations, and numbers of seconds or parts of them since 1970. */
const patterns: readonly RegExp[] = [
	/(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)/g,
	/\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b/gi,
	/\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+\d{1,2}\b/gi,
	/\b\d{1,2}\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/gi,
	/T?(?<!\d)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?Z?/g,
	/\b\d+(?:\.\d+)? ?(?:ms|s|secs?|seconds?)\b/g,
];

function withoutTimes(text: string, now: number): string {
	const counted = text.replace(/\b(\d{10})(?:\d{3}|\d{6}|\d{9}|\.\d+)?\b/g, (number: string, seconds: string) =>
		Math.abs(Number(seconds) * 1000 - now) < day ? '' : number,
	);
	return patterns.reduce((rest, pattern) => rest.replace(pattern, ''), counted.replace(stamps(now), ''));
}

/** `20260102030405`, `20260102`: of today, or of a day beside it. */
function stamps(now: number): RegExp {
	const days = [-day, 0, day].map(away => new Date(now + away).toISOString().slice(0, 10).replaceAll('-', ''));
	return new RegExp(`\\b(?:${days.join('|')})(?:\\d{4}|\\d{6})?\\b`, 'g');
}
