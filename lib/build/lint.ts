import type {Finding} from '../dockerfile/lint/linter.ts';
import {type CheckOptions, checkOptions} from '../dockerfile/lint/options.ts';
import {CheckError, type Location} from '../errors.ts';
import {type LintAnswer, lintDockerfile} from '../plan/lint/lint.ts';
import type {NewEvent} from './event-stream.ts';
import type {Desk} from './planning.ts';
import {markedLines, type SourceText} from './report.ts';

/** How a Dockerfile is checked. */
export interface LintOptions {
	readonly checks: CheckOptions;
	readonly isExcluded: ((path: string) => boolean) | undefined;
	readonly everyStage: boolean;
}

/** What `# check=` and the build arg in its place say. Throws where they cannot be read. */
export function chosenChecks({reading, orders: [order]}: Desk): CheckOptions {
	return checkOptions(reading, order.buildArgs.BUILDKIT_DOCKERFILE_CHECK);
}

/** Checks as far as what is known of bases allows. What is found for several platforms is told once. */
export function lintDesk({reading, orders, bases}: Desk, {checks, isExcluded, everyStage}: LintOptions): LintAnswer {
	const asked = {options: checks, platforms: bases.platforms, isExcluded, everyStage};
	const answers = orders.map(order => lintDockerfile(reading, {...order, ...asked}));
	const error = answers.find(answer => answer.error)?.error;
	return {
		findings: distinct(answers.flatMap(({findings}) => findings)),
		missing: answers.flatMap(({missing}) => missing),
		...(error ? {error} : {}),
	};
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
	const told = new Map(findings.map(finding => [JSON.stringify(finding), finding]));
	return [...told.values()];
}

/** Where findings make a build fail, and there are some: the error of that. */
export function checkFailure(findings: readonly Finding[], {error, location}: CheckOptions): CheckError | undefined {
	const [first] = findings;
	if (!error || !first) return undefined;
	const names = [...new Set(findings.map(({rule}) => rule))].sort();
	return new CheckError('CHECK_FAILED', `lint violation found for rules: ${names.join(', ')}`, {
		notes: [`error=true makes warnings errors${said(location)}`],
		help: [`why: strata lint --explain ${first.rule}`],
	});
}

/** The warnings that findings are. */
export function lintWarnings(findings: readonly Finding[], source: SourceText): readonly NewEvent[] {
	return findings.map(({rule, message, detail, url, location, help}) => ({
		type: 'warning',
		rule,
		message,
		detail,
		...(url === undefined ? {} : {url}),
		location,
		excerpt: markedLines(source.text, location),
		help: [...help, `why: strata lint --explain ${rule}`],
	}));
}

function said(location: Location | undefined): string {
	return location ? `: ${location.file}:${location.start}` : ': --build-arg BUILDKIT_DOCKERFILE_CHECK';
}
