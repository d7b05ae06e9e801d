import type {Finding} from '../catalog/catalog.ts';
import type {Candidate} from '../runtime/probe.ts';

/** What runs the programs of RUN: the first that works is taken. */
export function runtime(candidates: readonly Candidate[]): Finding {
	const topic = 'runtime';
	const effect = 'a Dockerfile with RUN cannot be built';
	const cure = 'apt install crun  (root, once)';
	const [first, ...others] = candidates.filter(({refusal}) => refusal === undefined);
	if (first)
		return {topic, state: 'ok', found: [title(first), ...others.map(other => `(also ${title(other)})`)].join(' ')};
	const [broken] = candidates;
	if (!broken) return {topic, state: 'failure', found: 'neither crun nor runc is in PATH', effect, cure};
	return {topic, state: 'failure', found: `${title(broken)} runs no container: ${broken.refusal}`, effect};
}

function title({name, version}: Candidate): string {
	return `${name} ${version}`.trim();
}
