import {suggest} from '../dockerfile/suggest.ts';
import {MachineError, UsageError} from '../errors.ts';
import type {RunStep, Stage} from '../plan/plan.ts';

/** What a build can be allowed besides the usual, by the names that BuildKit has for it (SURFACE CLI-16). */
export type Entitlement = (typeof names)[number];

const names = ['network.host', 'security.insecure', 'device'] as const;

/** The entitlements of `allow`; `device=NAME` allows one device only. A name that is none is a `UsageError`. */
export function checkEntitlements(allow: readonly string[]): ReadonlySet<Entitlement> {
	return new Set(allow.map(checkEntitlement));
}

function checkEntitlement(text: string): Entitlement {
	const known = names.find(name => name === text || (name === 'device' && text.startsWith('device=')));
	if (known) return known;
	const [nearest] = suggest(text, names);
	throw new UsageError('BAD_ENTITLEMENT', `${text || 'an empty name'} is nothing that can be allowed`, {
		help: [nearest ? `did you mean ${nearest}?` : `it is one of: ${names.join(', ')}`],
	});
}

/** Refuses, before anything is done, what a RUN asks for and the build is not allowed; `MachineError`, as nothing is wrong with the text. */
export function refuseNotAllowed(stages: readonly Stage[], allowed: ReadonlySet<Entitlement>): void {
	for (const step of stages.flatMap(stage => stage.steps)) if (step.kind === 'run') checkRun(step, allowed);
}

function checkRun({entitlements = [], devices = []}: RunStep, allowed: ReadonlySet<Entitlement>): void {
	const asked = entitlements.find(({name}) => !allowed.has(name));
	if (asked) {
		throw new MachineError('NOT_ALLOWED', `RUN: the entitlement ${asked.name} is not allowed`, {
			location: asked.location,
			help: [`if you trust what it runs: --allow ${asked.name}`],
		});
	}
	const device = devices.find(({required}) => required);
	if (!device) return;
	throw new MachineError('NO_DEVICE', `RUN: the device ${device.name} is required, but strata has none to give`, {
		location: device.location,
		help: ['without required, the step runs and does without it'],
	});
}
