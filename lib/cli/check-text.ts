import type {CheckResult} from '../index.ts';
import {complaintLines} from './error-text.ts';
import {plural} from './names.ts';
import type {Shell} from './shell.ts';

/** All findings as a build prints its warnings, and their number. */
export function checkLines(
	{source, findings, error}: CheckResult,
	{out, home}: Pick<Shell, 'out' | 'home'>,
): readonly string[] {
	const blocks = findings.map(({rule, message, help, ...place}) => {
		const complaint = {
			...place,
			message: `${message} (${rule})`,
			help: [...help, `why: strata lint --explain ${rule}`],
		};
		return [...complaintLines('warning', complaint, {err: out, home}), ''];
	});
	if (error && findings.length === 0) return [];
	const count = findings.length === 0 ? 'no warnings' : plural(findings.length, 'warning');
	return [...blocks.flat(), `${source.name}: ${count}`];
}

/** What BuildKit's `frontend.lint` answers with, which editors read. */
export function checkJson({source, findings, error}: CheckResult): object {
	return {
		warnings: findings.map(({rule, description, url, detail, location}) => ({
			ruleName: rule,
			description,
			...(url === undefined ? {} : {url}),
			detail,
			location: {ranges: lineRanges(location)},
		})),
		sources: [sourceInfo(source)],
		...(error ? {buildError: buildError(error)} : {}),
	};
}

function buildError({message, location}: NonNullable<CheckResult['error']>): object {
	return {message, location: location ? {ranges: lineRanges(location)} : {}};
}

function sourceInfo({name, text}: CheckResult['source']): object {
	return {filename: name, data: Buffer.from(text).toString('base64'), language: 'Dockerfile'};
}

/** A range for each line, as BuildKit has them. */
export function lineRanges({start, end}: {readonly start: number; readonly end: number}): readonly object[] {
	return Array.from({length: end - start + 1}, (_, at) => ({start: {line: start + at}, end: {line: start + at}}));
}
