import type {Dockerfile, StageText} from '../dockerfile/dockerfile.ts';
import {DockerfileError, type Location, UsageError} from '../errors.ts';
import type {PlanRequest, UntimedStage} from './request.ts';
import {isRemote} from './steps/remote.ts';

const name = 'SOURCE_DATE_EPOCH';

/**
 * The one time of all that is made, in seconds: what the build arg SOURCE_DATE_EPOCH says, or the ARG before the first FROM
 * (SURFACE ARG-9, https://reproducible-builds.org/specs/source-date-epoch/). It may name what has a time of its own; a folder
 * has none, so there is none then.
 */
export function sourceDateEpoch(
	dockerfile: Dockerfile,
	given: string | undefined,
	{contexts, times}: Pick<PlanRequest, 'contexts' | 'times'>,
): {readonly epoch?: number} | {readonly untimed: UntimedStage} {
	if (given === undefined || given === '') return {};
	const seconds = epochSeconds(given);
	if (seconds !== undefined) return {epoch: seconds};
	if (given === 'context' || Object.hasOwn(contexts, given)) return known(times.get(given));
	const location = declaration(dockerfile);
	const stage = dockerfile.stages.find(({from}) => from.as?.name.text.toLowerCase() === given.toLowerCase());
	if (stage)
		return times.has(given)
			? known(times.get(given))
			: {untimed: {name: given, source: sourceOf(stage, given, location)}};
	throw badEpoch(given, location);
}

/** A text of digits as seconds since the epoch. */
export function epochSeconds(text: string): number | undefined {
	return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

export function badEpoch(given: string, location?: Location): DockerfileError | UsageError {
	const message = `${name} is no number of seconds: ${given}`;
	const help = [`as in: ${name}=$(git log -1 --format=%ct)`];
	return location
		? new DockerfileError('BAD_EPOCH', message, {location, help})
		: new UsageError('BAD_EPOCH', message, {help});
}

/** Where the Dockerfile sets it. */
function declaration({args}: Dockerfile): Location | undefined {
	return args.flatMap(instruction => instruction.args).find(({key}) => key.text === name)?.key.location;
}

function known(epoch: number | undefined): {readonly epoch?: number} {
	return epoch === undefined ? {} : {epoch};
}

/** A stage has a time if it is one thing fetched from somewhere, and nothing else. */
function sourceOf({from, instructions}: StageText, stage: string, location: Location | undefined): string {
	const [only, ...rest] = instructions;
	const sources = only?.name === 'ADD' && only.files.length === 0 ? only.sources : [];
	const [source, ...more] = sources.map(({text}) => text);
	const isSource = from.image.text === 'scratch' && rest.length === 0 && more.length === 0;
	if (isSource && source !== undefined && isRemote(source)) return source;
	throw new DockerfileError('BAD_EPOCH', `${name}: the stage ${stage} has no time of its own`, {
		location,
		notes: ['a stage has one if it is FROM scratch and a single ADD from elsewhere'],
		help: ['a number of seconds: --build-arg SOURCE_DATE_EPOCH=0'],
	});
}
