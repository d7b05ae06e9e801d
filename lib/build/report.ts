import {
	AbortedError,
	DockerfileError,
	type ExcerptLine,
	type Location,
	StepFailedError,
	StrataError,
} from '../errors.ts';
import {formatPlatform} from '../oci/platform.ts';
import type {Base, CopyStep, Stage} from '../plan/plan.ts';
import {type BuildPlans, stagesOf} from '../plan/platforms.ts';
import type {NewEvent} from './event-stream.ts';

/** A text that locations point into. */
export interface SourceText {
	/** As `Location.file` names it. */
	readonly name: string;
	readonly text: string;
}

/** The `error` event: the same facts as the error's fields. An error that is none of ours is a bug, exit code 1. */
export function errorEvent(error: unknown): NewEvent {
	if (!(error instanceof StrataError)) {
		const message = error instanceof Error ? error.message : String(error);
		return {type: 'error', code: 'BUG', exitCode: 1, message, help: []};
	}
	const {code, exitCode, message, location, excerpt, notes, help, cause} = error;
	return {
		type: 'error',
		code,
		exitCode,
		message,
		help,
		...(location ? {location} : {}),
		...(excerpt ? {excerpt} : {}),
		...(notes.length > 0 ? {notes} : {}),
		...(cause instanceof Error ? {cause: cause.message} : {}),
		...(error instanceof AbortedError && error.step !== undefined ? {step: error.step} : {}),
		...(error instanceof StepFailedError ? {step: error.step, logTail: error.logTail, logFile: error.logFile} : {}),
	};
}

/** Gives an error the lines that it points to, if it points into `source`. Answers with the same error. */
export function attachExcerpt(error: unknown, source: SourceText): unknown {
	if (error instanceof StrataError && error.location?.file === source.name && !error.excerpt) {
		error.excerpt = excerptOf(source.text, error.location);
	}
	if (error instanceof DockerfileError) for (const sibling of error.siblings) attachExcerpt(sibling, source);
	return error;
}

/** The lines meant, with one before and one after where there is room: at most five (UX section 3). */
function excerptOf(text: string, {start, end, column}: Location): readonly ExcerptLine[] {
	const lines = text.split(/\r?\n/);
	if (lines.at(-1) === '') lines.pop();
	const around = column === undefined ? 1 : 0;
	const first = Math.max(1, start - 1);
	const last = Math.min(lines.length, end + around, first + 4);
	return lines
		.slice(first - 1, last)
		.map((line, at) => ({number: first + at, text: line, marked: first + at >= start && first + at <= end}));
}

/** The lines meant and no others: at most five. */
export function markedLines(text: string, {start, end}: Location): readonly ExcerptLine[] {
	const lines = text.split(/\r?\n/).slice(start - 1, Math.min(end, start + 4));
	return lines.map((line, at) => ({number: start + at, text: line, marked: true}));
}

/** The warning that a COPY or ADD copies nothing, because its patterns match nothing (CPY-12). */
export function unmatchedWarning(step: CopyStep, pattern: string, {name, text}: SourceText): NewEvent {
	const location = step.marks?.[step.paths.indexOf(pattern)] ?? step.location;
	return {
		type: 'warning',
		message: `${step.instruction}: ${pattern} matches nothing`,
		location,
		...(location.file === name ? {excerpt: excerptOf(text, location)} : {}),
	};
}

/** The warnings about devices that a RUN would like to have: there are none here (SURFACE RUN-11). */
export function missingDeviceWarnings(stages: readonly Stage[], {name: file, text}: SourceText): readonly NewEvent[] {
	const steps = stages.flatMap(({steps}) => steps);
	return steps.flatMap(step =>
		step.kind === 'run'
			? (step.devices ?? []).map(({name, location}) => ({
					type: 'warning' as const,
					message: `RUN: there is no device ${name} here, the step does without it`,
					location,
					...(location.file === file ? {excerpt: excerptOf(text, location)} : {}),
				}))
			: [],
	);
}

/** The `plan` event. */
export function planEvent(plans: BuildPlans): NewEvent {
	const stages = stagesOf(plans);
	return {
		type: 'plan',
		file: plans[0].file,
		stages: stages.map(stage => ({
			name: stage.name,
			base: baseName(stage.base),
			steps: stage.steps.map(step => step.id),
			platforms: plans.filter(plan => plan.stages.includes(stage)).map(plan => formatPlatform(plan.platform)),
		})),
		steps: stages.flatMap(stage =>
			stage.steps.map(({id, label, kind, text, location}) => {
				return {id, label, kind, platform: formatPlatform(stage.platform), text, location};
			}),
		),
	};
}

function baseName(base: Base): string {
	switch (base.kind) {
		case 'scratch':
			return 'scratch';
		case 'stage':
			return base.stage;
		default:
			return base.name;
	}
}

/** A warning for each name that should keep a stage from the cache and is that of none. */
export function unknownStageWarnings(
	stages: readonly Stage[],
	noCache: boolean | readonly string[],
): readonly NewEvent[] {
	const names = new Set(stages.flatMap(({name, index}) => [name, `${index}`]));
	const unknown = typeof noCache === 'boolean' ? [] : noCache.filter(name => !names.has(name));
	return unknown.map(name => ({
		type: 'warning',
		message: `--no-cache-filter ${name} names no stage that is built`,
		help: [`they are ${stages.map(stage => stage.name).join(', ')}`],
	}));
}

/** A warning for each build arg that no ARG declares (SURFACE ARG-10). */
export function unusedArgWarnings([{unusedArgs}]: BuildPlans): readonly NewEvent[] {
	return unusedArgs.map(({name, suggestion}) => ({
		type: 'warning',
		message: `--build-arg ${name} is used nowhere`,
		...(suggestion ? {help: [`did you mean ${suggestion}?`]} : {}),
	}));
}
