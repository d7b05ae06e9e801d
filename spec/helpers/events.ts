import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv} from 'ajv';
import ajvFormats from 'ajv-formats';
import type {BuildEvent} from '../../lib/build/events.ts';

const folder = 'spec/fixtures/events';

/** The events that UX.md 2.10 shows, one of each type. */
export const exampleEvents = readFileSync(join(folder, 'examples.ndjson'), 'utf8')
	.trim()
	.split('\n')
	.map(line => JSON.parse(line) as BuildEvent);

const schema = JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8')) as object;

/** As readers are to use it: what they do not know is ignored. */
export const validateEvent = compile(schema);

/** As our own events must pass it: they have nothing that the schema does not name. */
export const validateOwnEvent = compile(closed(schema) as object);

/** Everything that is wrong with the events of one build that is over: nothing, if it keeps to UX.md 2.10. */
export function faultsOf(events: readonly BuildEvent[]): readonly string[] {
	return [
		...events.flatMap(event => validateOwnEvent(event).map(fault => `${JSON.stringify(event)}: ${fault}`)),
		...faultsOfOrder(events),
		...faultsOfSteps(events),
	];
}

function faultsOfOrder(events: readonly BuildEvent[]): readonly string[] {
	const late = events.slice(1).filter((event, index) => event.t < (events[index]?.t ?? 0));
	return [
		...(events[0]?.type === 'build.started' ? [] : ['the first event is not build.started']),
		...(events.at(-1)?.type === 'build.finished' ? [] : ['the last event is not build.finished']),
		...late.map(({type, t}) => `the time of ${type} goes back to ${t}`),
	];
}

function faultsOfSteps(events: readonly BuildEvent[]): readonly string[] {
	const planned = events.flatMap(event => (event.type === 'plan' ? event.steps.map(({id}) => id) : []));
	const of = (type: BuildEvent['type']) =>
		events.flatMap(event => (event.type === type && 'step' in event && event.step ? [event.step] : []));
	const [started, finished] = [of('step.started'), of('step.finished')];
	return [
		...unlessEqual('finished steps', finished, planned),
		...started.filter(step => !planned.includes(step)).map(step => `${step} is started, but not planned`),
		...started.filter((step, index) => started.indexOf(step) !== index).map(step => `${step} is started twice`),
	];
}

function unlessEqual(what: string, one: readonly string[], other: readonly string[]): readonly string[] {
	const [had, wanted] = [one, other].map(list => list.toSorted().join(' '));
	return had === wanted ? [] : [`${what}: ${had}, but planned: ${wanted}`];
}

function compile(document: object): (event: unknown) => readonly string[] {
	const ajv = new Ajv({allErrors: false, discriminator: false, strict: true, strictRequired: false});
	ajvFormats.default(ajv);
	const validate = ajv.compile(document);
	return event => (validate(event) ? [] : (validate.errors ?? []).map(describe));
}

function describe({instancePath, message, params}: {instancePath: string; message?: string; params: object}): string {
	return `${instancePath || '/'} ${message} ${JSON.stringify(params)}`;
}

/** The schema with every object shut to what it does not name. */
function closed(part: unknown): unknown {
	if (Array.isArray(part)) return part.map(closed);
	if (typeof part !== 'object' || part === null) return part;
	const kept = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
	return 'properties' in part && 'type' in part ? {...kept, additionalProperties: false} : kept;
}
