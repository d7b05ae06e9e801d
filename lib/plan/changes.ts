import {parseInstruction} from '../dockerfile/parse.ts';
import {DockerfileError, type Location, UsageError} from '../errors.ts';
import type {ContainerConfig} from '../oci/image.ts';
import type {Platform} from '../oci/platform.ts';
import type {ConfigChange} from './plan.ts';
import {scopeOf} from './scope.ts';
import type {Surroundings} from './steps/draft.ts';
import {planInstruction} from './steps/plan.ts';

/** The instructions that an image can be changed by without building: those of `docker commit`. */
const accepted = 'CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD STOPSIGNAL USER VOLUME WORKDIR'.split(' ');

/**
 * What instructions, each as a Dockerfile has it, change of an image with this config. Variables in them are those of the config and of
 * the instructions before. Throws a UsageError that names the instruction.
 */
export function planChanges(
	texts: readonly string[],
	{config, platform}: {readonly config: ContainerConfig; readonly platform: Platform},
): readonly ConfigChange[] {
	let scope = scopeOf(config);
	const surroundings: Surroundings = {
		buildArgs: new Map(),
		globals: new Map(),
		escape: '\\',
		network: 'default',
		platform,
		source: () => ({kind: 'scratch'}),
	};
	return texts.map(text => {
		const {step, ...planned} = asked(text, () => {
			const instruction = parseInstruction(text, nowhere);
			if (!accepted.includes(instruction.name)) throw notAccepted(text, instruction.name);
			return planInstruction(instruction, scope, surroundings);
		});
		scope = planned.scope;
		return 'change' in step ? step.change : {set: 'arg'};
	});
}

/** No text has them in a line: they are told as they were typed. */
const nowhere: Location = {file: '--change', start: 1, end: 1};

function asked<T>(text: string, work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (!(error instanceof DockerfileError)) throw error;
		const {code, message, notes, help} = error;
		throw new UsageError(code, `--change (-c): ${message}`, {
			notes: [`in ${text}`, ...notes],
			help: help.length > 0 ? help : [`as in: -c 'CMD ["redis-server"]'`],
			cause: error,
		});
	}
}

function notAccepted(text: string, name: string): UsageError {
	return new UsageError('BAD_CHANGE', `--change (-c): ${name} cannot change an image without a build`, {
		notes: [`in ${text}`, `what can: ${accepted.join(', ')}`],
		help: ['as in: -c \'CMD ["redis-server"]\''],
	});
}
