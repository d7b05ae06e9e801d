import type {BuildEvent, PodmanWay} from '../../index.ts';
import {complaintLines} from '../error-text.ts';
import {pasteable, plural} from '../names.ts';
import type {Shell} from '../shell.ts';
import type {BuildFinishedEvent, EventOf, WarnedEvent} from './reporter.ts';
import {type SummaryFacts, summaryLines} from './summary.ts';

/** What comes after the last step: the warnings of the build, and what came of it. */
export interface Closing {
	/** Resolves when `lines` can tell of it. */
	event(event: BuildEvent): Promise<void>;
	lines(finished: BuildFinishedEvent): readonly string[];
}

const shownAtOnce = 5;

/** What is done to the image in the store: nothing that went anywhere. */
const isWithin: ReadonlySet<EventOf<'export'>['output']> = new Set(['store', 'attestations']);

/** What it depends on, besides the events. */
export interface ClosingFacts extends Omit<SummaryFacts, 'exports' | 'warnings' | 'home' | 'podman'> {
	/** The words that list all warnings; none where there is no such command. */
	readonly checkCommand: readonly string[];
	/** Finds out how podman can run an image of the store. */
	readonly askPodman?: () => Promise<PodmanWay | undefined>;
}

export function closing(facts: ClosingFacts, shell: Pick<Shell, 'err' | 'home'>): Closing {
	let asked: Promise<PodmanWay | undefined> | undefined;
	let podman: PodmanWay | undefined;
	const warnings: WarnedEvent[] = [];
	const exports: EventOf<'export'>[] = [];
	const labels = new Map<string, string>();
	const results: EventOf<'step.finished'>[] = [];
	const unpacked = new Set<string>();
	return {
		async event(event) {
			if (event.type === 'plan') {
				// Asked now, it is known when it is to be told.
				asked = facts.askPodman?.();
				for (const {id, label, kind} of event.steps) {
					labels.set(id, label);
					if (kind === 'run' || kind === 'copy') unpacked.add(id);
				}
			} else if (event.type === 'layer') unpacked.delete(event.step);
			else if (event.type === 'warning') warnings.push(event);
			else if (event.type === 'export' && event.state === 'done' && !isWithin.has(event.output)) exports.push(event);
			else if (event.type === 'step.finished') results.push(event);
			else if (event.type === 'build.finished') podman = await asked;
		},
		lines(finished) {
			const stopped = results.filter(({result}) => result === 'stopped').map(({step}) => labels.get(step) ?? step);
			const end =
				finished.result === 'stopped'
					? [stoppedLine(results, {stopped, unpacked})]
					: summaryLines(finished, {...facts, podman, home: shell.home, exports, warnings: warnings.length});
			const blocks = joinBlocks([...warningBlocks(warnings, facts.checkCommand, shell), end]);
			// an error comes below an empty line
			return finished.result === 'failed' && blocks.length > 0 ? [...blocks, ''] : blocks;
		},
	};
}

/** What a stop left undone: steps, and layers of steps that were done. */
interface Undone {
	readonly stopped: readonly string[];
	readonly unpacked: ReadonlySet<string>;
}

/** `stopped: 3 of 6 steps are in the cache, nothing of step 4/6 was kept`; a step whose layer was not packed is not. */
function stoppedLine(results: readonly EventOf<'step.finished'>[], {stopped, unpacked}: Undone): string {
	const isKept = ({result, step}: EventOf<'step.finished'>) =>
		result === 'cached' || (result === 'done' && !unpacked.has(step));
	const kept = results.filter(isKept).length;
	const lost =
		stopped.length === 0 ? '' : `, nothing of step${stopped.length === 1 ? '' : 's'} ${stopped.join(', ')} was kept`;
	return results.length === 0
		? 'stopped: no step was begun'
		: `stopped: ${kept} of ${plural(results.length, 'step')} ${kept === 1 ? 'is' : 'are'} in the cache${lost}`;
}

function warningBlocks(
	warnings: readonly WarnedEvent[],
	command: readonly string[],
	shell: Pick<Shell, 'err' | 'home'>,
): readonly (readonly string[])[] {
	const blocks = warnings.slice(0, shownAtOnce).map(warning => complaintLines('warning', named(warning), shell));
	const more = warnings.length - shownAtOnce;
	const all = command.length > 0 ? `: ${command.map(word => pasteable(word, shell.home)).join(' ')}` : '';
	return more > 0 ? [...blocks, [`and ${more} more${all}`]] : blocks;
}

/** A warning of a lint rule ends with the rule's name. */
function named(warning: WarnedEvent): WarnedEvent {
	const {rule, message} = warning;
	return rule === undefined || message.endsWith(`(${rule})`) ? warning : {...warning, message: `${message} (${rule})`};
}

/** With an empty line between two. */
function joinBlocks(blocks: readonly (readonly string[])[]): readonly string[] {
	return blocks.filter(block => block.length > 0).flatMap((block, at) => (at === 0 ? block : ['', ...block]));
}
