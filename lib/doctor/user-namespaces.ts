import {readFileSync} from 'node:fs';
import {release} from 'node:os';
import type {Finding} from '../catalog/catalog.ts';
import type {MachineError} from '../errors.ts';

const topic = 'user namespaces';

export function allowed(): Finding {
	const [kernel = release()] = /^\d+\.\d+/.exec(release()) ?? [];
	const limit = readFileSync('/proc/sys/user/max_user_namespaces', 'utf8').trim();
	return {topic, state: 'ok', found: `allowed (kernel ${kernel}, max_user_namespaces ${limit})`};
}

/** The error says why, and what to type, where that is known. */
export function forbidden({message, notes, help}: MachineError): Finding {
	const command = help.map(line => /^once, as root: (.*)$/.exec(line)?.[1]).find(found => found !== undefined);
	const reason = notes[0] ?? message;
	const effect = 'a Dockerfile with RUN cannot be built';
	return {
		topic,
		state: 'failure',
		found: `forbidden: ${reason}`,
		effect,
		...(command === undefined ? {} : {cure: `${command}  (root, once)`}),
	};
}
