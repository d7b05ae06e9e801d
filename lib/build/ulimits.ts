import {suggest} from '../dockerfile/suggest.ts';
import {UsageError} from '../errors.ts';
import type {ResourceLimit} from '../runtime/job.ts';
import type {NewEvent} from './event-stream.ts';
import type {BuildOptions} from './options.ts';

/** The limits that docker knows; `as` is not among them. https://man7.org/linux/man-pages/man2/getrlimit.2.html */
const names = words('core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack');

/** `--ulimit`, by name; -1 is no limit. A name or a pair that makes no sense is a `UsageError`. */
export function checkUlimits(asked: NonNullable<BuildOptions['ulimits']>): readonly ResourceLimit[] {
	return Object.keys(asked)
		.sort()
		.map(name => {
			const value = asked[name] ?? -1;
			const [soft, hard] = (typeof value === 'number' ? [value, value] : [value.soft, value.hard]).map(unlimited);
			return checkLimit({name, soft: soft ?? 0, hard: hard ?? 0});
		});
}

function unlimited(value: number): number {
	return value === -1 ? Number.POSITIVE_INFINITY : value;
}

function checkLimit(limit: ResourceLimit): ResourceLimit {
	const {name, soft, hard} = limit;
	if (!names.includes(name)) {
		const [nearest] = suggest(name, names);
		throw new UsageError('BAD_ULIMIT', `there is no limit ${name}`, {
			help: [nearest ? `did you mean ${nearest}?` : `it is one of: ${names.join(', ')}`],
		});
	}
	if (soft <= hard) return limit;
	throw new UsageError(
		'BAD_ULIMIT',
		`${name}: the limit ${shown(soft)} is above the one that it may be raised to, ${shown(hard)}`,
		{
			help: [`as in: --ulimit ${name}=${shown(hard)}`],
		},
	);
}

/** What a RUN gets of the limits that were asked for, and a warning for each that this machine does not let it have. */
export interface GrantedLimits {
	readonly limits: readonly ResourceLimit[];
	readonly warnings: readonly NewEvent[];
}

/** No limit is above what the machine allows us, `hard`: docker's daemon, being root, could raise it. */
export function grantLimits(asked: readonly ResourceLimit[], hard: Readonly<Record<string, number>>): GrantedLimits {
	const ceiling = ({name}: ResourceLimit) => hard[name] ?? Number.POSITIVE_INFINITY;
	return {
		limits: asked.map(limit => ({
			name: limit.name,
			soft: Math.min(limit.soft, ceiling(limit)),
			hard: Math.min(limit.hard, ceiling(limit)),
		})),
		warnings: asked
			.filter(limit => limit.hard > ceiling(limit))
			.map(limit => ({
				type: 'warning',
				message: `--ulimit ${limit.name}=${shown(limit.hard)} is more than this machine allows: RUN gets ${ceiling(limit)}`,
				help: [`what it allows is the hard limit of your session: ulimit -H -a`],
			})),
	};
}

function shown(value: number): string {
	return value === Number.POSITIVE_INFINITY ? '-1' : String(value);
}

function words(text: string): readonly string[] {
	return text.split(' ');
}
