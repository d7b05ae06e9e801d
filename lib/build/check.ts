import type {Finding} from '../dockerfile/lint/linter.ts';
import {type ExcerptLine, StrataError} from '../errors.ts';
import type {LintAnswer} from '../plan/lint/lint.ts';
import {withDesk} from './desk.ts';
import {checkFailure, chosenChecks, lintDesk} from './lint.ts';
import type {BuildOptions} from './options.ts';
import type {Desk} from './planning.ts';
import {attachExcerpt, markedLines, type SourceText} from './report.ts';

/** What the linter says of a Dockerfile. */
export interface CheckResult {
	readonly source: SourceText;
	/** By line. */
	readonly findings: readonly CheckFinding[];
	/** What is wrong altogether: a build ends with it, and checks end where they meet it. */
	readonly error?: StrataError;
}

export interface CheckFinding extends Finding {
	readonly excerpt: readonly ExcerptLine[];
}

/**
 * Checks the Dockerfile of a build by all rules: of every stage, or of those that the target needs. Fetches the bases'
 * configs, runs nothing. An error of the Dockerfile or of a base is part of the result; others reject, as in a build.
 */
export async function check(options: BuildOptions): Promise<CheckResult> {
	return withDesk(options, async (desk, {isExcluded}) => {
		const {source} = desk;
		const checks = chosenChecks(desk);
		const everyStage = options.target === undefined;
		const answer = await lintThrough(desk, () => lintDesk(desk, {checks, isExcluded, everyStage}));
		const error = answer.error ?? checkFailure(answer.findings, checks);
		const findings = answer.findings.map(finding => ({
			...finding,
			excerpt: markedLines(source.text, finding.location),
		}));
		if (!error) return {source, findings};
		attachExcerpt(error, source);
		return {source, findings, error};
	});
}

/** Asks again until no base is missing, or one cannot be had. */
async function lintThrough({bases}: Desk, lint: () => LintAnswer): Promise<LintAnswer> {
	for (;;) {
		const answer = lint();
		if (answer.missing.length === 0) return answer;
		try {
			await bases.fetch(answer.missing);
		} catch (error) {
			if (error instanceof StrataError) return {...answer, error: answer.error ?? error};
			throw error;
		}
	}
}
