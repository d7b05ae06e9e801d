import type {Finding} from '../catalog/catalog.ts';

/** The closing line. Without overlay RUN is slower; without anything else that failed it cannot be had. */
export function summaryOf(findings: readonly Finding[]): string {
	const failed = findings.filter(({state}) => state === 'failure');
	const missing = failed.filter(({topic}) => topic !== 'overlay').length;
	if (missing > 0) return `This machine cannot build a Dockerfile with RUN. ${things(missing)} missing.`;
	return failed.length > 0 ? `This machine can build. ${makes(failed.length)} it slower.` : 'This machine can build.';
}

function things(count: number): string {
	return count === 1 ? '1 thing is' : `${count} things are`;
}

function makes(count: number): string {
	return count === 1 ? '1 thing makes' : `${count} things make`;
}
